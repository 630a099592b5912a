use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::connector_metadata::{entries, host, is_promise};
use crate::view::PackagePair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "privacy-link-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The link to the privacy policy or to the website leads to another host, or is gone.",
    why: "Users agreed to what stood behind the old link.",
    instead: "keep the old link working, and tell users what is new behind the other one",
    examples: &[
        Example {
            before: r#"{ "x-ms-connector-metadata": [{ "propertyName": "Privacy policy", "propertyValue": "https://example.com/privacy" }], "paths": {} }"#,
            after: r#"{ "x-ms-connector-metadata": [{ "propertyName": "Privacy policy", "propertyValue": "https://example.net/privacy" }], "paths": {} }"#,
            old: &["/x-ms-connector-metadata/0/propertyValue"],
            new: &["/x-ms-connector-metadata/0/propertyValue"],
            reversed: &["privacy-link-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": "https://example.com" }], "paths": {} }"#,
            after: r#"{ "x-ms-connector-metadata": [], "paths": {} }"#,
            old: &["/x-ms-connector-metadata/0/propertyValue"],
            reversed: &["metadata-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let after = entries(new);
    for (key, (name, one)) in entries(old).into_iter().filter(|(key, _)| is_promise(key)) {
        let from = host(one);
        match after.get(&key) {
            Some((_, two)) if host(*two) == from => {}
            Some((_, two)) => {
                let message =
                    format!("the link {} leads to {} now, not to {}", quoted(name), quoted(&host(*two)), quoted(&from));
                out.changed(&CHANGED, one, *two, message).at(format!("metadata/{key}")).values(from, host(*two));
            }
            None => {
                let message = format!("the link {} is gone", quoted(name));
                out.removed(&CHANGED, one, message).at(format!("metadata/{key}")).values(from, "");
            }
        }
    }
}
