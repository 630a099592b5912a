//! The nodes of the installation, and those beside it that serve other regions.

pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod register;

use crate::time::rfc3339;
use backshell_model::Cell;
use serde::Serialize;
use utoipa::ToSchema;

/// A node.
#[derive(Serialize, ToSchema)]
#[schema(as = Cell)]
pub(crate) struct CellBody {
    /// Its name.
    name: String,
    /// Where it runs.
    region: String,
    /// Where its gateway is reached.
    gateway_url: String,
    /// When it last said that it runs, or was registered.
    seen_at: String,
    /// Whether an administrator registered it. Others announce themselves to the database that they share.
    registered: bool,
}

impl From<Cell> for CellBody {
    fn from(cell: Cell) -> Self {
        Self {
            name: cell.name,
            region: cell.region.to_string(),
            gateway_url: cell.gateway_url,
            seen_at: rfc3339(cell.seen_at),
            registered: cell.registered,
        }
    }
}

/// Checks the address of a cell that callers are sent to with their tokens: `https://host[:port]`, or plain HTTP to a
/// loopback address. Returns what is wrong with it.
pub fn cell_address(text: &str) -> Result<(), String> {
    let wanted = "a cell's address is `https://host` or `https://host:port`, or `http://` and a loopback address";
    let fail = || Err(format!("`{}` is no address of a cell; {wanted}", text.chars().take(100).collect::<String>()));
    let Ok(uri) = text.parse::<http::Uri>() else { return fail() };
    let Some(authority) = uri.authority().filter(|authority| !authority.as_str().contains('@')) else { return fail() };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let scheme_fits = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback,
        _ => false,
    };
    let bare = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/") && !text.ends_with('/');
    if scheme_fits && bare && text.len() <= 256 && !host.is_empty() { Ok(()) } else { fail() }
}

#[cfg(test)]
mod tests {
    use super::cell_address;

    #[test]
    fn callers_are_sent_over_tls_or_stay_on_the_machine() {
        for address in [
            "https://us1.gateway.example",
            "https://us1.gateway.example:8443",
            "http://127.0.0.1:8780",
            "http://[::1]:1",
        ] {
            assert_eq!(cell_address(address), Ok(()), "{address}");
        }
        let long = format!("https://{}.example", "a".repeat(256));
        for address in [
            "",
            "us1.gateway.example",
            "http://us1.gateway.example",
            "https://us1.gateway.example/",
            "https://us1.gateway.example/x",
            "https://us1.gateway.example?x",
            "https://user@us1.gateway.example",
            "ftp://us1.gateway.example",
            "http://10.0.0.1:80",
            "https://",
            long.as_str(),
        ] {
            assert!(cell_address(address).is_err(), "{address}");
        }
    }
}
