use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::view::{PackagePair, Version};
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&RENAMED], visits: &[Visit::Package(check)] };

static RENAMED: Check = Check {
    id: "auth-definition-renamed",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A security definition has another name, its content is the same, and every requirement uses the new name.",
    why: "The name is used within the file only.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "security": [{ "login": [] }], "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "basic_auth": { "type": "basic" } }, "security": [{ "basic_auth": [] }], "paths": {} }"#,
        old: &["/securityDefinitions/login"],
        new: &["/securityDefinitions/basic_auth"],
        reversed: &["auth-definition-renamed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for (old, new) in &package.security.renamed {
        if !names(&package.new, old.name) {
            let message = format!("the security definition {} is called {} now", quoted(old.name), quoted(new.name));
            out.changed(&RENAMED, old.node, new.node, message)
                .at(format!("security/{}", old.name))
                .values(old.name, new.name);
        }
    }
}

/// Whether a requirement of the version uses the name.
fn names(version: &Version<'_>, name: &str) -> bool {
    let document = version.swagger.and_then(|swagger| swagger.node().get("security"));
    let own = version.operations.iter().filter_map(|operation| operation.node().get("security"));
    document.into_iter().chain(own).flat_map(Node::items).any(|requirement| requirement.get(name).is_some())
}
