use crate::out::File;
use crate::rule::{DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::{Limits, parse_bytes};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgSettings",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`settings.json` has another member than `connectorId`, `environment`, `apiProperties`, `apiDefinition`, `icon`, `script`, \
           `powerAppsUrl`, `powerAppsApiVersion`, `flowUrl` and `flowApiVersion`, letter for letter; or an `environment` that is not \
           empty and no placeholder in `<>`, `[]` or `{}`; or a `powerAppsUrl` other than `https://api.powerapps.com`.",
    why: "The file holds the arguments of a command line tool on the author's machine. Nobody reads it here, and it tells others \
           which tenant the author works in.",
    fix: "leave settings.json out of the package",
    bad: &[Example::Files {
        files: &[
            (DEFINITION, "{}"),
            (
                "settings.json",
                r#"
{ "connectorId": "contoso", "tenant": "contoso",
                            ^^^^^^^^
  "environment": "Default-5f3c", "powerAppsUrl": "https://contoso.api.powerapps.com" }
                 ^^^^^^^^^^^^^^                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
            ),
        ],
        whole: &[],
    }],
    good: &[
        Example::Files {
            files: &[
                (DEFINITION, "{}"),
                (
                    "settings.json",
                    r#"
{ "connectorId": null, "environment": "<environment>", "apiProperties": "apiProperties.json", "icon": "icon.png",
  "powerAppsUrl": "https://api.powerapps.com/", "powerAppsApiVersion": "2016-11-01", "flowUrl": "" }
"#,
                ),
                ("docs/settings.json", r#"{ "tenant": "contoso" }"#),
            ],
            whole: &[],
        },
        Example::Files { files: &[(DEFINITION, "{}"), ("settings.json", "no JSON")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

const MEMBERS: [&str; 10] = [
    "connectorId",
    "environment",
    "apiProperties",
    "apiDefinition",
    "icon",
    "script",
    "powerAppsUrl",
    "powerAppsApiVersion",
    "flowUrl",
    "flowApiVersion",
];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(file) = package.read.package.file("settings.json") else { return };
    let Some(document) = parse_bytes(&file.bytes, &Limits::default()).document else { return };
    let file = File::other(package.shown(&file.path));
    let out = &mut out.in_file(&file);
    for member in document.root().visible_members() {
        if !MEMBERS.contains(&member.key) {
            out.at_key(member.value, format!("the settings have no member {}", quoted(member.key)));
        }
        let text = member.value.as_str().map(str::trim).unwrap_or_default();
        let is_left_in = match member.key {
            "environment" => !text.is_empty() && !text.starts_with(['<', '[', '{']),
            "powerAppsUrl" => !text.is_empty() && !is_public(text),
            _ => false,
        };
        if is_left_in {
            out.at(member.value, format!("the `{}` of the author was left in", member.key));
        }
    }
}

/// Whether this is the address that everybody uses.
fn is_public(url: &str) -> bool {
    url.trim_end_matches('/').eq_ignore_ascii_case("https://api.powerapps.com")
}
