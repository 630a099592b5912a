use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::Swagger;

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED, &REGION, &SPELLED_DIFFERENTLY], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "host-changed",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The definition names another host, or a host where none was named, or none any more.",
    why: "Every saved call, and the credential with it, goes to another party or place. What was certified of the old \
           address says nothing about the new one.",
    instead: "keep the host, or publish the new address as a connector of its own; the publisher alone cannot approve this break",
    examples: &[
        Example {
            before: r#"{ "host": "api.example.com", "paths": {} }"#,
            after: r#"{ "host": "api.example.net", "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            reversed: &["host-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "host": "api.example.com", "paths": {} }"#,
            after: r#"{ "host": "api.example.com:8443", "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            reversed: &["host-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "paths": {} }"#,
            after: r#"{ "host": "api.example.com", "paths": {} }"#,
            old: &[""],
            new: &["/host"],
            reversed: &["host-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REGION: Check = Check {
    id: "host-region-changed",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The definition names a host in another cloud region than before, as far as the names of the hosts tell. Where \
           they tell nothing, the verification of endpoints finds out.",
    why: "The promise in which region or geography data stays, for which the old host was certified, does not hold for the \
          new one.",
    instead: "keep the region, or publish a connector for the other one and have it certified",
    examples: &[
        Example {
            before: r#"{ "host": "westeurope.api.contoso.com", "paths": {} }"#,
            after: r#"{ "host": "eastus.api.contoso.com", "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            reversed: &["host-region-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "host": "items-westeurope.contoso.com", "paths": {} }"#,
            after: r#"{ "host": "api.eastus.fabrikam.com", "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            also: &["host-changed"],
            reversed: &["host-changed", "host-region-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SPELLED_DIFFERENTLY: Check = Check {
    id: "host-case-or-default-port",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The host is written in other letter case, or with or without the port that calls go to anyway.",
    why: "It is the same address.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            before: r#"{ "host": "API.example.com", "paths": {} }"#,
            after: r#"{ "host": "api.example.com:443", "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            reversed: &["host-case-or-default-port"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "host": "api.example.com", "schemes": ["http"], "paths": {} }"#,
            after: r#"{ "host": "api.example.com:80", "schemes": ["http"], "paths": {} }"#,
            old: &["/host"],
            new: &["/host"],
            reversed: &["host-case-or-default-port"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let (one, two) = (old.host().unwrap_or_default(), new.host().unwrap_or_default());
    if one == two {
        return;
    }
    let place = |swagger: Swagger<'d>| swagger.node().get("host").unwrap_or(swagger.node());
    let shown = |host: &str| if host.is_empty() { "none".to_owned() } else { quoted(host) };
    let (old_place, new_place) = (place(old), place(new));
    let (old, new) = (address(old), address(new));
    if old == new {
        let message = format!("the host is written {} now, not {}", shown(two), shown(one));
        out.changed(&SPELLED_DIFFERENTLY, old_place, new_place, message).at("host").values(one, two);
        return;
    }
    let region = |host: &str| out.options().place_of_host.and_then(|place_of| place_of(host));
    let mut is_same_party = false;
    if let (Some(before), Some(now)) = (region(&old), region(&new))
        && before.region != now.region
    {
        is_same_party = old.replace(before.region.as_str(), "") == new.replace(now.region.as_str(), "");
        let message = format!("the host {} is in {now}, not in {before} as {}", shown(two), shown(one));
        out.changed(&REGION, old_place, new_place, message).at("host/region").values(before.region, now.region);
    }
    // But for its region the host is what it was: one change, that of the region.
    if !is_same_party {
        let message = format!("the host is {} now, not {}", shown(two), shown(one));
        out.changed(&CHANGED, old_place, new_place, message).at("host").values(one, two);
    }
}

/// The host in lower case, without the port that its scheme has anyway.
fn address(swagger: Swagger<'_>) -> String {
    let host = swagger.host().unwrap_or_default().trim().to_ascii_lowercase();
    let schemes = swagger.schemes();
    let is_http = !schemes.is_empty() && schemes.iter().all(|scheme| scheme.eq_ignore_ascii_case("http"));
    let port = if is_http { ":80" } else { ":443" };
    host.strip_suffix(port).map(str::to_owned).unwrap_or(host)
}
