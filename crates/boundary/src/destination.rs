//! Which hosts a connection may reach: the last two checks of a URL, which only somebody can make who knows what is
//! certified and approved.

use backshell_model::{HostName, PortText, ServiceRoot, UrlRefused, UrlText, read_url};

/// What a connection may reach.
#[derive(Clone, Copy, Debug, Default)]
pub struct Destinations<'a> {
    /// Service roots that the certified definition names: its host, or constant host templates.
    pub certified: &'a [ServiceRoot],
    /// Service roots that were approved for this connection.
    pub approved: &'a [ServiceRoot],
}

impl<'a> Destinations<'a> {
    /// Reads a URL as a package, a connection's value or a paging link gives it: every check there is, in the fixed
    /// order. What it returns names a host and port that may be reached.
    pub fn read<'t>(&self, text: &'t str) -> Result<UrlText<'t>, UrlRefused> {
        let url = read_url(text)?;
        self.judge(&url.host, url.port)?;
        Ok(url)
    }

    /// Whether a root is a known one or lies below it: host, port, and the path begins with the known one.
    pub fn permit(&self, root: &ServiceRoot) -> Result<(), UrlRefused> {
        if !self.knows(&root.host) {
            return Err(UrlRefused::HostNotCertified);
        }
        if !self.ports(&root.host).any(|port| port == root.port) {
            return Err(UrlRefused::Port);
        }
        if self.roots().any(|known| leads_below(root, known)) { Ok(()) } else { Err(UrlRefused::HostNotCertified) }
    }

    /// The checks on host and port.
    fn judge(&self, host: &HostName, port: PortText<'_>) -> Result<(), UrlRefused> {
        if !self.knows(host) {
            return Err(UrlRefused::HostNotCertified);
        }
        let number = port.number()?;
        if self.ports(host).any(|port| port == number) { Ok(()) } else { Err(UrlRefused::Port) }
    }

    fn roots(&self) -> impl Iterator<Item = &'a ServiceRoot> {
        self.certified.iter().chain(self.approved)
    }

    fn knows(&self, host: &HostName) -> bool {
        self.roots().any(|root| root.host == *host)
    }

    fn ports(&self, host: &HostName) -> impl Iterator<Item = u16> {
        self.roots().filter(move |root| root.host == *host).map(|root| root.port)
    }
}

/// Same scheme, host and port, and the path begins with the known one.
fn leads_below(root: &ServiceRoot, known: &ServiceRoot) -> bool {
    root.scheme == known.scheme
        && root.port == known.port
        && root.host == known.host
        && root.base_path.strip_prefix(&*known.base_path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_before_port_and_port_before_path() {
        let certified = [ServiceRoot::parse("https://api.example.com/v1").unwrap()];
        let approved = [ServiceRoot::parse("https://erp.example.com:8443").unwrap()];
        let known = Destinations { certified: &certified, approved: &approved };
        for (text, expected) in [
            ("https://api.example.com/v2", "ok"),
            ("https://api.example.com:443/", "ok"),
            ("https://erp.example.com:8443/x", "ok"),
            ("https://erp.example.com/x", "port"),
            ("https://api.example.com:8443", "port"),
            ("https://api.example.com:", "malformed"),
            ("https://evil.example:", "host_not_certified"),
            ("https://evil.example:80", "host_not_certified"),
        ] {
            let code = known.read(text).map_or_else(UrlRefused::code, |_| "ok");
            assert_eq!(code, expected, "{text}");
        }
        for (text, expected) in [
            ("https://api.example.com/v1", "ok"),
            ("https://api.example.com/v1/x", "ok"),
            ("https://api.example.com/v10", "host_not_certified"),
            ("https://api.example.com", "host_not_certified"),
            ("https://api.example.com:8443/v1", "port"),
            ("https://erp.example.com:8443/x", "ok"),
            ("https://evil.example:8443", "host_not_certified"),
        ] {
            let root = ServiceRoot::parse(text).unwrap();
            let code = known.permit(&root).map_or_else(UrlRefused::code, |()| "ok");
            assert_eq!(code, expected, "{text}");
        }
    }
}
