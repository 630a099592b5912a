//! Fetching a revocation list from where certificates say that it is: outside of every call, through the same rules for
//! addresses, without a redirect, and within limits of size and time.

use super::{ListSource, Prober, names};
use backshell_boundary::vet;
use backshell_model::{HostName, HostPort, Timestamp};
use backshell_upstream::Question;
use std::time::Duration;

/// The most bytes of a list. The longest that public authorities publish have a few million.
const MOST_BYTES: usize = 32 << 20;
/// How long it may take, from the name to the last byte.
const LIMIT: Duration = Duration::from_mins(1);

impl Prober {
    /// Fetches a list; its bytes (DER), and until when it speaks. Says why not.
    pub async fn fetch_list(&self, source: &ListSource) -> Result<(Vec<u8>, Timestamp), String> {
        let fetched = tokio::time::timeout(LIMIT, self.fetch(&source.url)).await;
        let der = fetched.map_err(|_| format!("it took longer than {} seconds", LIMIT.as_secs()))??;
        let source = source.clone();
        // The signature of a list of megabytes, which no call waits for.
        let accept = move || source.accept(&der).map(|until| (der, until));
        tokio::task::spawn_blocking(accept).await.map_err(|_| "it cannot be read")?
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        let (host, path) = read(url).ok_or("its address is none")?;
        let found = names::ask(&self.resolvers, &host, &*self.pace).await;
        if found.broken {
            return Err("the aliases of the host cannot be followed".to_owned());
        }
        let vetted = vet(&host.host, host.port, &names::addresses(&found), &self.rules);
        let vetted = vetted.map_err(|refused| format!("the host is not connected to: {refused}"))?;
        let stream = self.way.open(&vetted).await.map_err(|error| error.to_string())?.stream;
        let question = Question { authority: host.host.to_string(), path, agent: self.agent.clone() };
        let answer = backshell_upstream::ask(stream, false, &question).await.map_err(|error| error.to_string())?;
        if answer.status != http::StatusCode::OK {
            return Err(format!("the host answers {}", answer.status.as_u16()));
        }
        let body = answer.read(MOST_BYTES + 1).await;
        if body.len() > MOST_BYTES {
            return Err(format!("it is larger than {} MiB", MOST_BYTES >> 20));
        }
        Ok(body.to_vec())
    }
}

/// Whether a list is fetched from such an address.
pub(super) fn can_be_asked(url: &str) -> bool {
    read(url).is_some()
}

/// Host and path of a plain address. Authorities use port 80; on any other one a certificate would have this node knock at
/// doors of its issuer's choice.
fn read(url: &str) -> Option<(HostPort, String)> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, path.to_owned()));
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic()) && !path.contains('#');
    let host = HostName::parse(authority.strip_suffix(":80").unwrap_or(authority)).ok()?;
    plain.then(|| (HostPort { host, port: 80 }, format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        let shown = |url: &str| read(url).map(|(at, path)| format!("{} {} {path}", at.host, at.port));
        assert_eq!(shown("http://crl.example.com/a/b.crl?x=1").as_deref(), Some("crl.example.com 80 /a/b.crl?x=1"));
        assert_eq!(shown("http://CRL.example.com:80").as_deref(), Some("crl.example.com 80 /"));
        for url in [
            "https://crl.example.com/a",
            "ldap://crl.example.com/a",
            "http://10.0.0.1/a",
            "http://[::1]/a",
            "http://user@crl.example.com/a",
            "http://crl.example.com:0/a",
            "http://crl.example.com:8080/a",
            "http://crl.example.com:22/a",
            "http://crl.example.com/a b",
            "http://crl.example.com/a\r\nX: y",
            "http://localhost/a",
            "http:///a",
        ] {
            assert_eq!(shown(url), None, "{url}");
        }
    }
}
