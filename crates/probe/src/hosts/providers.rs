//! The identity providers that bring their addresses along: a package names `facebook`, and sign-in goes to its hosts all
//! the same.

use super::Purpose;

/// The data, one provider a line; a file of its own, so that a provider is added without touching code.
const DATA: &str = include_str!("../../data/providers.tsv");

/// What is known about a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// It brings these addresses.
    Brings([(Purpose, &'static str); 3]),
    /// The package gives its addresses.
    Asks,
    /// Nobody knows it.
    Unknown,
}

/// The provider with this name, letter case ignored.
pub(super) fn provider(name: &str) -> Provider {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    let found = lines.map(|line| line.split('\t').collect::<Vec<_>>()).find_map(|columns| match columns.as_slice() {
        [known, addresses @ ..] if known.eq_ignore_ascii_case(name) => Some(addresses.to_vec()),
        _ => None,
    });
    match found.as_deref() {
        None => Provider::Unknown,
        Some([authorization, token, refresh]) if *authorization != "-" => Provider::Brings([
            (Purpose::Authorization, *authorization),
            (Purpose::Token, *token),
            (Purpose::Refresh, *refresh),
        ]),
        Some(_) => Provider::Asks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::{Target, endpoint_of_url};

    #[test]
    fn every_line_can_be_read() {
        let lines: Vec<&str> = DATA.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.is_sorted() && lines.len() > 5, "{lines:?}");
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 4, "{line}");
            let name = columns[0].to_uppercase();
            match provider(&name) {
                Provider::Brings(addresses) => {
                    for (_, address) in addresses {
                        assert!(matches!(endpoint_of_url(address).target, Target::Host(_)), "{address}");
                    }
                }
                Provider::Asks => assert_eq!(columns[1..], ["-", "-", "-"]),
                Provider::Unknown => panic!("{line}"),
            }
        }
        assert_eq!(provider("somebody"), Provider::Unknown);
        assert_eq!(provider("oauth2"), Provider::Asks);
    }
}
