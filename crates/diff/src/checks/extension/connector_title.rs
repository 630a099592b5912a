use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::Swagger;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "connector-title-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`info.title` changes.",
    why: "Makers look for the connector under the name they know, and users consent to a connector of that name.",
    instead: "keep the title, or announce the new one",
    examples: &[Example {
        before: r#"{ "info": { "title": "Items", "version": "1.0" }, "paths": {} }"#,
        after: r#"{ "info": { "title": "Things", "version": "1.0" }, "paths": {} }"#,
        old: &["/info/title"],
        new: &["/info/title"],
        reversed: &["connector-title-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let (one, two) = (old.title().unwrap_or_default(), new.title().unwrap_or_default());
    if one != two {
        let place = |swagger: Swagger<'d>| {
            let title = swagger.info().and_then(|info| info.get("title"));
            title.or_else(|| swagger.info()).unwrap_or(swagger.node())
        };
        let message = format!("the connector is called {} now, not {}", quoted(two), quoted(one));
        out.changed(&CHANGED, place(old), place(new), message).at("info/title").values(one, two);
    }
}
