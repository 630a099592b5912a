use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::Properties;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "publisher-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "`publisher` or `stackOwner` of `apiProperties.json` names somebody else. Without a `stackOwner` the publisher \
           owns the service.",
    why: "Another party answers for the data of users, and has not been verified.",
    instead: "have the new party verified, and let the break be approved",
    examples: &[
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameters": {}, "publisher": "Contoso" } }"#,
            after: r#"{ "properties": { "connectionParameters": {}, "publisher": "Fabrikam", "stackOwner": "Contoso" } }"#,
            old: &["/properties/publisher"],
            new: &["/properties/publisher"],
            reversed: &["publisher-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameters": {}, "publisher": "Contoso" } }"#,
            after: r#"{ "properties": { "connectionParameters": {}, "publisher": "Contoso", "stackOwner": "Fabrikam" } }"#,
            old: &["/properties"],
            new: &["/properties/stackOwner"],
            reversed: &["publisher-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let (old, new) = (properties.old, properties.new);
    let publisher = |properties: &'d Properties| properties.publisher().unwrap_or_default().trim();
    let owner = |properties: &'d Properties| {
        let owner = properties.stack_owner().unwrap_or_default().trim();
        if owner.is_empty() { publisher(properties) } else { owner }
    };
    let publishers = (publisher(old), publisher(new));
    let owners = (owner(old), owner(new));
    // An owner that is only implied changes together with the publisher: one change, not two.
    let is_implied = old.stack_owner().is_none() && new.stack_owner().is_none();
    for (key, what, (one, two)) in
        [("publisher", "the publisher", publishers), ("stackOwner", "the owner of the service", owners)]
    {
        if one == two || (key == "stackOwner" && is_implied) {
            continue;
        }
        let place = |properties: &'d Properties| {
            properties.get(key).or_else(|| properties.node()).unwrap_or(properties.document.root())
        };
        let shown = |name: &str| if name.is_empty() { "nobody".to_owned() } else { quoted(name) };
        let message = format!("{what} is {} now, not {}", shown(two), shown(one));
        out.changed(&CHANGED, place(old), place(new), message).at(key).values(one, two);
    }
}
