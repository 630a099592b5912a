use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use backshell_findings::Severity;
use backshell_package::csharp::{Token, tokens};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgScriptShape",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector custom code"),
    what: "`script.csx` has no class `Script`, or that class does not name `ScriptBase` among its bases, or has no method \
           `ExecuteAsync` of its own. The parts of a partial class count together. Comments and strings are no code.",
    why: "The runtime makes an object of this class for every call and runs this method. Without them no call gets through.",
    fix: "write the code as public class Script : ScriptBase with public override async Task<HttpResponseMessage> ExecuteAsync()",
    bad: &[
        Example::Files {
            files: &[("script.csx", "// class Script : ScriptBase { ExecuteAsync() }\n")],
            whole: &["script.csx"],
        },
        Example::Files {
            files: &[(
                "script.csx",
                r"
public class Script : Base
             ^^^^^^
{
    public override async Task<HttpResponseMessage> ExecuteAsync() { return await Run(); }
}
",
            )],
            whole: &[],
        },
        Example::Files {
            files: &[(
                "script.csx",
                r"
public class Script : ScriptBase
             ^^^^^^
{
    private Task Run() { return new Other().ExecuteAsync(); }
}
",
            )],
            whole: &[],
        },
    ],
    good: &[Example::Files {
        files: &[(
            "script.csx",
            r#"
namespace Contoso
{
    public class ScriptHelper { string text = "class Script { }"; }

    public partial class Script : Other, Contoso.ScriptBase
    {
        public override async Task<HttpResponseMessage> ExecuteAsync ()
        {
            return await this.Context.SendAsync(this.Context.Request, this.CancellationToken);
        }
    }
}
"#,
        )],
        whole: &[],
    }],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(script) = &package.read.package.script else { return };
    let script = TextFile::new(package, script);
    let class = Class::find(script.content());
    let Some(name) = class.name else {
        script.report_whole(out, "the script has no class `Script`");
        return;
    };
    if !class.has_base {
        script.report(out, name.place.clone(), "the class `Script` is not derived from `ScriptBase`");
    }
    if !class.has_method {
        script.report(out, name.place, "the class `Script` has no method `ExecuteAsync`");
    }
}

/// What a text says about the class `Script`.
#[derive(Default)]
struct Class<'t> {
    /// The name where the class is declared first.
    name: Option<Token<'t>>,
    has_base: bool,
    has_method: bool,
}

impl<'t> Class<'t> {
    fn find(text: &'t str) -> Self {
        let mut class = Self::default();
        let mut tokens = tokens(text).peekable();
        while let Some(token) = tokens.next() {
            if token.text != "class" {
                continue;
            }
            let Some(name) = tokens.next_if(|next| next.text == "Script") else { continue };
            class.name.get_or_insert(name);
            // The head, up to the brace; then the body, up to the brace that closes it.
            let mut is_behind_colon = false;
            for token in tokens.by_ref().take_while(|token| token.text != "{" && token.text != ";") {
                is_behind_colon |= token.text == ":";
                class.has_base |= is_behind_colon && token.text == "ScriptBase";
            }
            let mut depth = 1_usize;
            while depth > 0 {
                let Some(token) = tokens.next() else { break };
                match token.text {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    "ExecuteAsync" if depth == 1 => {
                        class.has_method |= tokens.peek().is_some_and(|next| next.text == "(");
                    }
                    _ => {}
                }
            }
        }
        class
    }
}
