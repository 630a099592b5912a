use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connector_metadata::{entries, host, is_promise};
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::{Origin, Package, PackageFile, Properties, Swagger};
use backshell_source::Node;
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "metadata-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "What the catalogue shows changes: description, contact, licence, terms, categories and other metadata, colour, \
           icon, readme, or the capabilities that are only told.",
    why: "No call depends on it.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            before: r#"{ "info": { "title": "Items", "version": "1.0", "contact": { "name": "A" } }, "paths": {} }"#,
            after: r#"{ "info": { "title": "Items", "version": "1.0", "contact": { "name": "B" } }, "paths": {} }"#,
            old: &["/info/contact"],
            new: &["/info/contact"],
            reversed: &["metadata-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Data" }], "paths": {} }"#,
            after: r#"{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Data;AI" }], "paths": {} }"#,
            old: &["/x-ms-connector-metadata/0/propertyValue"],
            new: &["/x-ms-connector-metadata/0/propertyValue"],
            reversed: &["metadata-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Properties,
            before: r##"{ "properties": { "connectionParameters": {}, "iconBrandColor": "#da3b01", "capabilities": [] } }"##,
            after: r##"{ "properties": { "connectionParameters": {}, "iconBrandColor": "#da3b02", "capabilities": ["actions"] } }"##,
            old: &["/properties/iconBrandColor", "/properties/capabilities"],
            new: &["/properties/iconBrandColor", "/properties/capabilities"],
            reversed: &["metadata-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Files,
            before: "== readme.md\nItems\n",
            after: "== readme.md\nAll items\n== icon.png\nno icon\n",
            old: &["readme.md"],
            new: &["readme.md", "icon.png"],
            reversed: &["metadata-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) {
        info(old, new, out);
        metadata(old, new, out);
    }
    if let Some(properties) = &package.properties {
        colour(properties.old, properties.new, out);
    }
    let (old, new) = (&package.old.read.package, &package.new.read.package);
    // A lone file says nothing about the files beside it.
    if old.origin != Origin::File && new.origin != Origin::File {
        file("icon", "the icon", (old.icon.as_ref(), new.icon.as_ref()), out);
        file("readme", "the readme", (readme(old), readme(new)), out);
    }
}

fn info<'d>(old: Swagger<'d>, new: Swagger<'d>, out: &mut Out<'_, 'd>) {
    for key in ["description", "contact", "license", "termsOfService"] {
        let member = |swagger: Swagger<'d>| swagger.info().and_then(|info| info.get(key));
        let (one, two) = (member(old), member(new));
        let message = format!("`info.{key}` is another one");
        differing(&format!("info/{key}"), message, (one, two), out);
    }
}

fn metadata<'d>(old: Swagger<'d>, new: Swagger<'d>, out: &mut Out<'_, 'd>) {
    let (one, two) = (entries(old), entries(new));
    for key in one.keys().chain(two.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (one.get(key), two.get(key));
        let is_other_host = match (before, after) {
            (Some((_, before)), Some((_, after))) => host(*before) != host(*after),
            (before, _) => before.is_some(),
        };
        if is_promise(key) && is_other_host {
            continue;
        }
        let name = before.or(after).map(|(name, _)| *name).unwrap_or_default();
        let message = format!("the metadata {} are other ones", quoted(name));
        let values = (before.map(|(_, value)| *value), after.map(|(_, value)| *value));
        differing(&format!("metadata/{key}"), message, values, out);
    }
}

fn colour<'d>(old: &'d Properties, new: &'d Properties, out: &mut Out<'_, 'd>) {
    let (one, two) = (old.get("iconBrandColor"), new.get("iconBrandColor"));
    let letters = |node: Option<Node<'d>>| node.and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    if letters(one) != letters(two) {
        differing("iconBrandColor", "the colour is another one".to_owned(), (one, two), out);
    }
    // `connection-gateway-capability-changed` looks at the rest.
    let told = |properties: &'d Properties| -> BTreeSet<String> {
        let words = properties.capabilities().into_iter().map(str::to_ascii_lowercase);
        words.filter(|word| !word.starts_with("gateway") && !word.starts_with("cloud")).collect()
    };
    if told(old) != told(new) {
        let values = (old.get("capabilities"), new.get("capabilities"));
        differing("capabilities", "other capabilities are told".to_owned(), values, out);
    }
}

fn readme(package: &Package) -> Option<&PackageFile> {
    package.readme.as_ref()
}

fn file<'d>(
    place: &str,
    what: &str,
    (one, two): (Option<&'d PackageFile>, Option<&'d PackageFile>),
    out: &mut Out<'_, 'd>,
) {
    let bytes = |file: Option<&'d PackageFile>| file.map(|file| &file.bytes);
    if bytes(one) != bytes(two) {
        let path = |file: Option<&'d PackageFile>| file.map(|file| file.path.as_str());
        let hash = |file: Option<&'d PackageFile>| {
            file.map(|file| crate::fingerprint::of(&[&file.text()])).unwrap_or_default()
        };
        out.files(&CHANGED, (path(one), path(two)), format!("{what} is another one"))
            .at(place)
            .values(hash(one), hash(two));
    }
}

/// Reports two values of one thing that are not equal.
fn differing<'d>(place: &str, message: String, values: (Option<Node<'d>>, Option<Node<'d>>), out: &mut Out<'_, 'd>) {
    let entry = match values {
        (Some(one), Some(two)) if !one.json_eq(two) => out.changed(&CHANGED, one, two, message),
        (Some(one), None) => out.removed(&CHANGED, one, message),
        (None, Some(two)) => out.added(&CHANGED, two, message),
        _ => return,
    };
    let source = |node: Option<Node<'d>>| node.map(crate::fingerprint::whole).unwrap_or_default();
    entry.at(place).values(source(values.0), source(values.1));
}
