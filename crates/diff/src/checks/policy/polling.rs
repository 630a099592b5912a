use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "trigger-poll-batch-path-changed",
    object: Object::Policy,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The policy that turns a list into a polling trigger takes its items from another place, or remembers its progress in another way; or the policy comes or goes.",
    why: "The flow starts for other items than before, for the same ones again, or not at all.",
    instead: "keep the data path and the configuration, and offer another trigger of the same family",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "pollingtrigger", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["SetItem"], "x-ms-apimTemplateParameter.triggerConfig": {"since": "@{triggerBody().value[0].time}"}, "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value"}}]"#,
            after: r#"[{"templateId": "pollingtrigger", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["SetItem"], "x-ms-apimTemplateParameter.triggerConfig": {"since": "@{triggerBody().value[0].time}"}, "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().items"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.triggerDataPath"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.triggerDataPath"],
            reversed: &["trigger-poll-batch-path-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "pollingtrigger", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["SetItem"], "x-ms-apimTemplateParameter.triggerConfig": {"since": "@{triggerBody().value[0].time}"}, "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value"}}]"#,
            after: r#"[{"templateId": "pollingtrigger", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["SetItem"], "x-ms-apimTemplateParameter.triggerConfig": {"after": "@{triggerBody().value[0].id}"}, "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.triggerConfig"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.triggerConfig"],
            reversed: &["trigger-poll-batch-path-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "pollingtrigger", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["SetItem"], "x-ms-apimTemplateParameter.triggerConfig": {"since": "@{triggerBody().value[0].time}"}, "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value"}}]"#,
            after: r"[]",
            old: &["/0"],
            reversed: &["trigger-poll-batch-path-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        if change.template() != "pollingtrigger" {
            continue;
        }
        let shown = change.shown();
        if change.is_pair() {
            change.report_differences(out, &CHANGED, &[]);
        } else if change.new.is_some() {
            change.report(out, &CHANGED, format!("the policy {shown} decides what the trigger fires on now"));
        } else {
            change.report(
                out,
                &CHANGED,
                format!("the policy {shown}, which decided what the trigger fires on, is gone"),
            );
        }
    }
}
