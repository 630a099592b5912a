//! What an answer shows of the inside of a service: looked for in headers and in the beginning of an error page. What is
//! reported is what it is, never the text itself.

use backshell_boundary::address_verdict;
use http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Beginnings that occur in stack traces of common platforms.
const TRACES: [&str; 14] = [
    "Traceback (most recent call last)",
    "Exception in thread \"",
    "goroutine 1 [running]",
    "\n   at System.",
    "   at Microsoft.",
    "\tat java.",
    "\tat org.",
    "\tat com.",
    "at Object.<anonymous> (",
    "/node_modules/",
    "Stack trace:\n#0 ",
    "Fatal error</b>: ",
    "Server Error in '/' Application",
    "thread 'main' panicked at",
];
/// Names that networks use inside.
const INSIDE: [&str; 7] = [".local", ".internal", ".corp", ".lan", ".localdomain", ".home.arpa", ".intranet"];
/// Headers whose values are no text of the service.
const SKIPPED: [&str; 4] = ["set-cookie", "content-security-policy", "etag", "strict-transport-security"];

/// What `headers` and `body` show. The body is looked at only where the answer is an error.
pub(super) fn find(headers: &HeaderMap, body: &[u8], is_error: bool) -> Vec<String> {
    let mut leaks = Vec::new();
    let headers = headers.iter().filter(|(name, _)| !SKIPPED.contains(&name.as_str()));
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        for what in look(&value, false) {
            leaks.push(format!("{what} (header {name})"));
        }
    }
    if is_error {
        leaks.extend(look(&String::from_utf8_lossy(body), true).into_iter().map(str::to_owned));
    }
    leaks.sort();
    leaks.dedup();
    leaks.truncate(8);
    leaks
}

fn look(text: &str, traces: bool) -> Vec<&'static str> {
    let mut found = Vec::new();
    if traces && TRACES.iter().any(|trace| text.contains(trace)) {
        found.push("a stack trace");
    }
    for word in text.split(|character: char| !character.is_ascii_alphanumeric() && !"-._".contains(character)) {
        let word = word.trim_matches('.');
        if word.parse::<Ipv4Addr>().is_ok_and(is_private) {
            found.push("a private address");
        } else if word.len() < 254 && word.contains('.') {
            let lower = word.to_ascii_lowercase();
            if INSIDE.iter().any(|suffix| lower.ends_with(suffix)) {
                found.push("an internal host");
            }
        }
    }
    // In IPv6 the colon is a part of the address. A digit is too: `Feed::add` is a name in a program.
    for word in text.split(|character: char| !character.is_ascii_alphanumeric() && character != ':') {
        let word = word.strip_suffix(':').filter(|word| !word.ends_with(':')).unwrap_or(word);
        let has_digit = word.contains(|character: char| character.is_ascii_digit());
        if has_digit && word.contains(':') && word.parse::<Ipv6Addr>().is_ok_and(is_private_six) {
            found.push("a private address");
        }
    }
    found
}

/// The same in IPv6: unique local and link-local ones.
fn is_private_six(address: Ipv6Addr) -> bool {
    address_verdict(IpAddr::V6(address)).is_err_and(|refused| matches!(refused.why, "unique_local" | "link_local"))
}

/// Addresses that mean a network inside; `127.0.0.1` and `0.0.0.0` say nothing about it.
fn is_private(address: Ipv4Addr) -> bool {
    address_verdict(IpAddr::V4(address))
        .is_err_and(|refused| matches!(refused.why, "private" | "link_local" | "carrier_nat"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn of(header: (&'static str, &'static str), body: &str, is_error: bool) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(header.0), HeaderValue::from_static(header.1));
        find(&headers, body.as_bytes(), is_error)
    }

    #[test]
    fn what_is_shown_is_named() {
        let plain = ("server", "nginx/1.27.0");
        assert_eq!(of(plain, "", true), [""; 0]);
        assert_eq!(of(("x-backend", "10.1.2.3:8080"), "", false), ["a private address (header x-backend)"]);
        assert_eq!(of(("via", "1.1 cache-7.corp"), "", false), ["an internal host (header via)"]);
        assert_eq!(of(plain, "Traceback (most recent call last):\n  File", true), ["a stack trace"]);
        assert_eq!(
            of(plain, "connect to db01.prod.internal (192.168.3.4) failed", true),
            ["a private address", "an internal host"]
        );
    }

    #[test]
    fn addresses_of_both_families_are_seen() {
        let plain = ("server", "nginx");
        for leak in ["[fd12:3456:789a::5]:8080 refused", "to fe80::1%eth0: no route", "fd00:1:2:3:4:5:6:7"] {
            assert_eq!(of(plain, leak, true), ["a private address"], "{leak}");
        }
        assert_eq!(of(("x-backend", "[fd00::17]:8080"), "", false), ["a private address (header x-backend)"]);
        let public = "2606:4700::1111 and ::1, Feed::add(), std::fmt, 12:30:45, fe:80:01:02:03:04, a::b";
        assert_eq!(of(plain, public, true), [""; 0]);
    }

    #[test]
    fn pages_that_are_no_errors_may_say_what_they_like() {
        assert_eq!(of(("server", "x"), "set it to 192.168.0.1 in storage.local", false), [""; 0]);
        assert_eq!(of(("server", "x"), "version 1.2.3.4 of 8.8.8.8", true), [""; 0]);
    }

    #[test]
    fn cookies_are_not_looked_at() {
        assert_eq!(of(("set-cookie", "route=10.0.0.1"), "", false), [""; 0]);
    }
}
