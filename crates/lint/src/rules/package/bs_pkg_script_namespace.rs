use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_package::csharp::tokens;
use std::ops::Range;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgScriptNamespace",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector custom code"),
    what: "A `using` directive of `script.csx` names a namespace that scripts may not use. `using static` is judged by \
           the namespace of the type, an alias by what it names or the namespace around that. Only directives in front of the first type count; each namespace is reported \
           once.",
    why: "Scripts are compiled against a closed list of libraries, and reviewers refuse scripts that reach for files, processes \
           or reflection.",
    fix: "use System (with Collections, Diagnostics, IO, Linq, Net, Security, Text, Threading, Web, Xml, Drawing), Microsoft.Extensions.Logging and Newtonsoft.Json alone",
    bad: &[Example::Files {
        files: &[(
            "script.csx",
            r"
using System;
using System.Reflection;
      ^^^^^^^^^^^^^^^^^
using static System.Runtime.InteropServices.Marshal;
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
using Json = System.Text.Json.Nodes;
             ^^^^^^^^^^^^^^^^^^^^^^
using System.Reflection;
",
        )],
        whole: &[],
    }],
    good: &[Example::Files {
        files: &[(
            "script.csx",
            r"
// using System.Reflection;
using System . Net . Http;
global using global::Newtonsoft.Json.Linq;
using static System.Math;
using List = System.Collections.Generic.List<string>;

public class Script : ScriptBase
{
    void Run() { using (var stream = Open()) { } using var other = Open(); using Stream third = Open(); }
}
",
        )],
        whole: &[],
    }],
    visits: &[Visit::Package(check)],
};

const NAMESPACES: [&str; 26] = [
    "Microsoft.Extensions.Logging",
    "Newtonsoft.Json",
    "Newtonsoft.Json.Linq",
    "System",
    "System.Collections",
    "System.Collections.Generic",
    "System.Diagnostics",
    "System.Drawing",
    "System.Drawing.Drawing2D",
    "System.Drawing.Imaging",
    "System.IO",
    "System.IO.Compression",
    "System.Linq",
    "System.Net",
    "System.Net.Http",
    "System.Net.Http.Headers",
    "System.Net.Security",
    "System.Security.Authentication",
    "System.Security.Cryptography",
    "System.Text",
    "System.Text.RegularExpressions",
    "System.Threading",
    "System.Threading.Tasks",
    "System.Web",
    "System.Xml",
    "System.Xml.Linq",
];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(script) = &package.read.package.script else { return };
    let script = TextFile::new(package, script);
    let mut reported = FastSet::default();
    for directive in directives(script.content()) {
        let Directive { path, place, names_type } = directive;
        let parent = path.rsplit_once('.').map(|(parent, _)| parent);
        let is_allowed = |namespace: &str| NAMESPACES.contains(&namespace);
        let allowed = match names_type {
            NamesType::No => is_allowed(&path),
            NamesType::Yes => parent.is_some_and(is_allowed),
            NamesType::Maybe => is_allowed(&path) || parent.is_some_and(is_allowed),
        };
        if !allowed {
            let message = format!("scripts may not use {}", quoted(&path));
            if reported.insert(path) {
                script.report(out, place, message);
            }
        }
    }
}

/// A `using` directive.
struct Directive {
    /// What it names.
    path: String,
    /// Where that is.
    place: Range<usize>,
    names_type: NamesType,
}

/// Whether a directive names a type or a namespace.
enum NamesType {
    No,
    Yes,
    Maybe,
}

/// The directives in front of the first type.
fn directives(text: &str) -> Vec<Directive> {
    let mut directives = Vec::new();
    let mut tokens = tokens(text).peekable();
    while let Some(token) = tokens.next() {
        if matches!(token.text, "class" | "struct" | "interface" | "enum" | "record" | "delegate") {
            break;
        }
        if token.text != "using" {
            continue;
        }
        let mut names_type = NamesType::No;
        if tokens.next_if(|next| next.text == "static").is_some() {
            names_type = NamesType::Yes;
        }
        let mut path = String::new();
        let mut place: Option<Range<usize>> = None;
        let is_word = |text: &str| text.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let mut was_word = false;
        // Two words in a row are a declaration (`using Stream x = ...`), no directive.
        while let Some(part) =
            tokens.next_if(|next| matches!(next.text, "." | ":" | "=") || is_word(next.text) && !was_word)
        {
            was_word = is_word(part.text);
            if part.text == "=" {
                names_type = NamesType::Maybe;
                path.clear();
                place = None;
                continue;
            }
            path.push_str(part.text);
            place = Some(place.map_or(part.place.start, |place| place.start)..part.place.end);
        }
        let ends = tokens.peek().is_some_and(|next| matches!(next.text, ";" | "<"));
        if let Some(place) = place.filter(|_| ends && !path.is_empty()) {
            let path = path.strip_prefix("global::").map(str::to_owned).unwrap_or(path);
            directives.push(Directive { path, place, names_type });
        }
    }
    directives
}
