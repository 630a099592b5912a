use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::view::PackagePair;
use crate::{Out, quoted};
use std::cmp::Ordering;

pub(crate) static FAMILY: Family = Family { checks: &[&LOWERED, &UNCHANGED], visits: &[Visit::Package(check)] };

static LOWERED: Check = Check {
    id: "version-lowered",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`info.version` is lower than before.",
    why: "Catalogues list the newest version first, and would take the old one for it.",
    instead: "raise the version with every update",
    examples: &[
        Example {
            before: r#"{ "info": { "title": "Items", "version": "1.10" }, "paths": {} }"#,
            after: r#"{ "info": { "title": "Items", "version": "1.9.5" }, "paths": {} }"#,
            old: &["/info/version"],
            new: &["/info/version"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            before: r#"{ "info": { "title": "Items", "version": "2026-02-01" }, "paths": {} }"#,
            after: r#"{ "info": { "title": "Items", "version": "2025-11-30" }, "paths": {} }"#,
            old: &["/info/version"],
            new: &["/info/version"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            before: r#"{ "info": { "title": "Items", "version": "v2.0" }, "paths": {} }"#,
            after: r#"{ "info": { "title": "Items", "version": "v2.0.0-beta" }, "paths": {} }"#,
            old: &["/info/version"],
            new: &["/info/version"],
            reversed: &[],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

/// Judged when everything else is known, by `aftermath`.
static UNCHANGED: Check = Check {
    id: "version-unchanged-with-break",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "Something breaks, and `info.version` is what it was.",
    why: "Whoever reads the catalogue cannot tell the two versions apart.",
    instead: "raise the version: its first number, or its second one below 1.0",
    examples: &[
        Example {
            before: r#"
{ "info": { "title": "Items", "version": "1.0" },
  "paths": { "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "info": { "title": "Items", "version": "1.0" }, "paths": {} }"#,
            old: &["/info/version"],
            new: &["/info/version"],
            also: &["operation-removed"],
            reversed: &["operation-added"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "info": { "title": "Items", "version": "1.0" }, "host": "a.contoso.com", "paths": {} }"#,
            after: r#"{ "info": { "title": "Items", "version": "1.0" }, "host": "b.contoso.com", "paths": {} }"#,
            old: &["/info/version"],
            new: &["/info/version"],
            also: &["host-changed"],
            reversed: &["host-changed", "version-unchanged-with-break"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let info = |swagger: Option<backshell_package::Swagger<'d>>| swagger?.info()?.get("version");
    let (Some(old), Some(new)) = (info(package.old.swagger), info(package.new.swagger)) else { return };
    let (Some(one), Some(two)) = (old.as_str(), new.as_str()) else { return };
    if compare(two, one) == Some(Ordering::Less) {
        let message = format!("the version is {} now, which is lower than {}", quoted(two), quoted(one));
        out.changed(&LOWERED, old, new, message).at("info/version");
    }
}

/// How two versions are ordered; `None` where one of them is none.
fn compare(one: &str, two: &str) -> Option<Ordering> {
    let ((one, one_is_final), (two, two_is_final)) = (parts(one)?, parts(two)?);
    Some(one.cmp(&two).then(one_is_final.cmp(&two_is_final)))
}

/// The numbers in front, zeros at the end left out, and whether nothing like `-beta` follows them.
fn parts(version: &str) -> Option<(Vec<u64>, bool)> {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let end = version.find(|character: char| !character.is_ascii_digit() && !matches!(character, '.' | '-'));
    let (front, back) = version.split_at_checked(end.unwrap_or(version.len()))?;
    let is_final = !front.ends_with('-') || back.is_empty();
    let numbers = front.split(['.', '-']).filter(|part| !part.is_empty()).map(str::parse);
    let mut numbers = numbers.collect::<Result<Vec<u64>, _>>().ok().filter(|numbers| !numbers.is_empty())?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some((numbers, is_final))
}
