//! Where the walk goes, and where it does not.

use backshell_findings::{Finding, Severity};
use backshell_lint::{Level, Levels, Options, Rule, check};
use backshell_package::{Limits, ReadPackage, read_file, read_files, read_zip};
use std::fmt::Write as _;

fn lint(definition: &str) -> Vec<Finding> {
    lint_by(definition, None)
}

/// The findings of these rules only.
fn lint_by(definition: &str, only: Option<Vec<&'static Rule>>) -> Vec<Finding> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    check(&read_files("package", files, &Limits::default()), &Options { only, ..Options::default() })
}

/// The pointers that `rule` reports.
fn pointers(definition: &str, rule: &str) -> Vec<String> {
    let findings = lint(definition).into_iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| finding.place.pointer).collect()
}

#[test]
fn literals_are_no_schemas() {
    let broken = r##"{ "type": "array", "$ref": "#/definitions/None", "required": ["x"], "properties": {} }"##;
    let definition = format!(
        r#"{{ "definitions": {{ "A": {{ "type": "object", "example": {broken}, "default": {broken}, "enum": [{broken}],
            "x-ms-dynamic-values": {broken}, "x-ms-dynamic-schema": {{ "parameters": {broken} }} }} }},
        "paths": {{ "/a": {{ "get": {{ "responses": {{ "200": {{ "examples": {{ "application/json": {broken} }} }} }} }} }} }} }}"#
    );
    for rule in ["ArrayHasNoItems", "SchemaReferenceNotFound", "RequiredPropertyDefinitionMissing"] {
        assert_eq!(pointers(&definition, rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn a_package_without_properties_has_no_policies_and_a_lone_definition_may_have_any() {
    let definition = r#"{ "paths": {
        "/items": { "get": { "operationId": "OnItem", "x-ms-trigger": "batch", "x-ms-pageable": { "nextLinkName": "nextLink" } } },
        "/hooks": { "post": { "operationId": "OnHook", "x-ms-trigger": "single" } } } }"#;
    let alone = read_file("apiDefinition.swagger.json", definition.as_bytes().into(), &Limits::default());
    let alone = check(&alone, &Options::default());
    for rule in ["BS-PollingPolicyMissing", "BS-PageablePolicyMissing", "BS-TriggerWithoutNotification"] {
        assert_eq!(pointers(definition, rule).len(), 1, "{rule}");
        assert!(alone.iter().all(|finding| finding.rule != rule), "{rule}");
    }
}

#[test]
fn names_are_no_keywords() {
    let definition = r#"{ "definitions": { "type": { "properties": {
        "type": { "type": "string" }, "items": { "type": "array" }, "$ref": { "type": "string" }, "required": {} } } } }"#;
    assert_eq!(pointers(definition, "ArrayHasNoItems"), ["/definitions/type/properties/items/type"]);
    assert_eq!(pointers(definition, "SchemaReferenceNotValid"), Vec::<String>::new());
}

#[test]
fn every_part_that_holds_schemas_is_visited_once() {
    let array = r#"{ "type": "array" }"#;
    let definition = format!(
        r##"{{ "definitions": {{ "A": {{ "properties": {{ "p": {array} }}, "items": {array}, "additionalProperties": {array}, "allOf": [{array}] }} }},
        "parameters": {{ "P": {{ "in": "query", "name": "p", "type": "array", "items": {array} }} }},
        "responses": {{ "R": {{ "schema": {array}, "headers": {{ "H": {array} }} }} }},
        "paths": {{ "/a": {{
            "x-ms-notification-content": {{ "schema": {array} }},
            "parameters": [{{ "$ref": "#/parameters/P" }}, {{ "in": "header", "name": "h", "type": "array" }}],
            "get": {{ "parameters": [{{ "in": "body", "name": "b", "schema": {array} }}],
                "responses": {{ "200": {{ "schema": {{ "$ref": "#/definitions/A" }} }}, "404": {{ "$ref": "#/responses/R" }} }} }},
            "put": {{ "parameters": [{{ "$ref": "#/parameters/P" }}],
                "responses": {{ "200": {{ "schema": {{ "$ref": "#/definitions/A" }} }} }} }} }} }} }}"##
    );
    let mut found = pointers(&definition, "ArrayHasNoItems");
    found.sort();
    let expected = [
        "/definitions/A/additionalProperties/type",
        "/definitions/A/allOf/0/type",
        "/definitions/A/items/type",
        "/definitions/A/properties/p/type",
        "/parameters/P/items/type",
        "/paths/~1a/get/parameters/0/schema/type",
        "/paths/~1a/parameters/1/type",
        "/paths/~1a/x-ms-notification-content/schema/type",
        "/responses/R/headers/H/type",
        "/responses/R/schema/type",
    ];
    assert_eq!(found, expected);
}

#[test]
fn extensions_are_looked_at_wherever_swagger_allows_them() {
    let extension = r#""x-ms-docs": {}"#;
    let docs = format!(r#""externalDocs": {{ "url": "https://example.com", {extension} }}"#);
    let definition = format!(
        r#"{{ {docs}, "tags": [{{ "name": "t", {docs} }}],
            "securityDefinitions": {{ "s": {{ "type": "oauth2", "scopes": {{ {extension}, "read": "x-ms-docs" }} }} }},
            "definitions": {{ "A": {{ "properties": {{ "b": {{ "type": "string", {docs} }} }} }} }},
            "paths": {{ "/a": {{ "get": {{ {docs} }} }} }} }}"#
    );
    let mut found = pointers(&definition, "BS-ExtensionMisplaced");
    found.sort();
    let expected = [
        "/definitions/A/properties/b/externalDocs/x-ms-docs",
        "/externalDocs/x-ms-docs",
        "/paths/~1a/get/externalDocs/x-ms-docs",
        "/securityDefinitions/s/scopes/x-ms-docs",
        "/tags/0/externalDocs/x-ms-docs",
    ];
    assert_eq!(found, expected);
}

#[test]
fn circles_of_references_end() {
    let definition = r##"{ "definitions": {
            "A": { "$ref": "#/definitions/B" }, "B": { "$ref": "#/definitions/A" },
            "C": { "required": ["x"], "properties": { "c": { "$ref": "#/definitions/C" } }, "allOf": [{ "$ref": "#/definitions/C" }] } },
        "parameters": { "P": { "$ref": "#/parameters/P" } },
        "responses": { "R": { "$ref": "#/responses/R" } },
        "paths": { "/a": { "post": {
            "parameters": [{ "$ref": "#/parameters/P" }, { "in": "body", "name": "b", "schema": { "$ref": "#/definitions/A" } }],
            "responses": { "default": { "$ref": "#/responses/R" } } } } } }"##;
    assert_eq!(pointers(definition, "RequiredPropertyDefinitionMissing"), ["/definitions/C/required/0"]);
}

#[test]
fn deep_nesting_costs_no_stack() {
    let depth = 1_000;
    let schema = r#"{ "type": "array", "items": "#.repeat(depth) + r#"{ "type": "array" }"# + &"}".repeat(depth);
    let definition = format!(
        r#"{{ "definitions": {{ "A": {schema} }}, "parameters": {{ "P": {{ "in": "query", "name": "p", "type": "array", "items": {schema} }} }} }}"#
    );
    assert_eq!(pointers(&definition, "ArrayHasNoItems").len(), 2);
}

#[test]
fn findings_are_bounded_and_errors_are_not_pushed_out() {
    let mut definition = String::from(r#"{ "parameters": {"#);
    for number in 0..12_000 {
        let _ = write!(definition, r#""p{number}": {{ "in": "query", "name": "p", "x-ms-url-encoding": "single" }},"#);
    }
    definition.push_str(r#""last": { "in": "path", "name": "id" } } }"#);
    let rules = ["PathParameterMustBeRequired", "QueryParameterEncodingNotSupported"].into_iter();
    let findings = lint_by(&definition, Some(rules.filter_map(backshell_lint::rule).collect()));
    assert!(findings.iter().any(|finding| finding.rule == "PathParameterMustBeRequired"));
    assert_eq!(findings.iter().filter(|finding| finding.rule == "QueryParameterEncodingNotSupported").count(), 10_000);
}

#[test]
fn anything_that_is_json_is_judged_without_a_panic() {
    for definition in [
        "null",
        "[]",
        "1",
        "\"x\"",
        "{}",
        r#"{ "paths": [], "info": 1, "definitions": null, "security": {} }"#,
        r#"{ "paths": { "/a": null, "/b": { "get": [], "parameters": {} } }, "parameters": [1], "responses": "x" }"#,
    ] {
        let findings = lint(definition);
        assert!(findings.iter().any(|finding| finding.rule == "SpecificationVersionIncorrect"), "{definition}");
    }
}

#[test]
fn files_are_shown_by_the_path_that_was_given() {
    let files = vec![("apiDefinition.swagger.json".to_owned(), b"{}".as_slice().into())];
    let read = read_files("package", files, &Limits::default());
    let options = Options { path: Some("connectors/contoso/".to_owned()), ..Options::default() };
    let files: Vec<_> = check(&read, &options).into_iter().map(|finding| finding.place.file).collect();
    assert!(files.contains(&"connectors/contoso/apiDefinition.swagger.json".into()), "{files:?}");
    assert!(files.contains(&"connectors/contoso/apiProperties.json".into()), "{files:?}");
}

#[test]
fn what_is_about_a_package_as_a_whole_is_shown_by_the_path_that_was_given() {
    let files = |read: &ReadPackage, path: Option<&str>| {
        let options = Options { path: path.map(str::to_owned), ..Options::default() };
        let all = check(read, &options).into_iter();
        let whole = all.filter(|finding| matches!(&*finding.rule, "BS-PkgArchiveUnsafe" | "BS-FindingsNotListed"));
        whole.map(|finding| finding.place.file.to_string()).collect::<Vec<_>>()
    };
    let broken = read_zip("broken", b"PK\x03\x04nothing".as_slice().into(), &Limits::default());
    assert_eq!(files(&broken, Some("./broken.zip")), ["./broken.zip"]);
    assert_eq!(files(&broken, None), ["broken"]);
    let named = |name: String| (name, b"{}".as_slice().into());
    let many = read_files(
        "pkg",
        (0..3).map(|number| named(format!("{number}.md"))).collect(),
        &Limits { max_files: 2, ..Limits::default() },
    );
    assert_eq!(files(&many, Some("pkg")), ["pkg"]);
    let mut definition = String::from(r#"{ "parameters": {"#);
    for number in 0..11_000 {
        let _ = write!(definition, r#""p{number}": {{ "in": "path", "name": "p" }},"#);
    }
    definition.push_str(r#""last": {} } }"#);
    let crowded = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    let crowded = read_files("contoso", crowded, &Limits::default());
    assert_eq!(files(&crowded, Some("connectors/contoso")), ["connectors/contoso"]);
}

/// The definition with `operations` operations that share a schema of `choices` properties with dynamic values.
fn shared_choices(operations: usize, choices: usize) -> String {
    let mut definition = String::from("{ \"definitions\": { \"Item\": { \"properties\": {");
    for choice in 0..choices {
        let comma = if choice == 0 { "" } else { "," };
        let _ = write!(
            definition,
            r#"{comma}"p{choice}": {{ "type": "string", "x-ms-dynamic-values": {{ "operationId": "Get",
                "parameters": {{ "q": {{ "parameter": "id" }} }} }} }}"#
        );
    }
    definition += "} } }, \"paths\": { \"/q\": { \"get\": { \"operationId\": \"Get\", \"parameters\": [{ \"in\": \"query\", \"name\": \"q\", \"type\": \"string\" }] } }";
    for operation in 0..operations {
        let _ = write!(
            definition,
            r##", "/{operation}": {{ "post": {{ "parameters": [{{ "in": "query", "name": "id{operation}", "type": "string" }},
                {{ "in": "body", "name": "body", "schema": {{ "$ref": "#/definitions/Item" }} }}] }} }}"##
        );
    }
    definition + "} }"
}

#[test]
fn shared_extensions_are_judged_by_each_use_and_reported_once() {
    let definition = shared_choices(3, 2);
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 2);
    // One of three operations has no such parameter: what the others have does not help it.
    let definition = definition.replace("\"id0\"", "\"id\"").replace("\"id1\"", "\"id\"");
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 2);
    let definition = definition.replace("\"id2\"", "\"id\"");
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound"), Vec::<String>::new());
}

#[test]
fn many_uses_of_many_extensions_are_bounded() {
    let definition = shared_choices(3_000, 3_000);
    // This rule only: the others find more here than a report holds.
    let rule = backshell_lint::rule("OperationParameterNameNotFound").unwrap();
    let findings = lint_by(&definition, Some(vec![rule]));
    assert_eq!(findings.iter().filter(|finding| finding.rule == rule.id).count(), 3_000);
    // The calls, and the questions where their arguments lie in schemas.
    assert_eq!(ended(&findings).len(), 2);
}

/// Where it is said that the rest was not judged.
fn ended(findings: &[Finding]) -> Vec<&str> {
    let ended = findings.iter().filter(|finding| finding.rule == "BS-NotAllJudged");
    ended.map(|finding| finding.place.pointer.as_str()).collect()
}

#[test]
fn what_is_not_judged_to_the_end_is_told() {
    // Paths that all have one form.
    let mut paths = String::from("{ \"paths\": {");
    for number in 0..2_100 {
        let _ = write!(paths, r#""/{number}": {{ "get": {{}} }},"#);
    }
    paths.push_str("\"/last\": { \"get\": {} } } }");
    let one = |rule: &str| Some(vec![backshell_lint::rule(rule).unwrap()]);
    let findings = lint_by(&paths, one("PartialDuplicateOperationPath"));
    assert_eq!(ended(&findings), ["/paths/~1998/get"]);
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
    assert!(ended(&lint_by(&paths, one("PathRedefined"))).is_empty(), "nobody asked how they look beside each other");

    // A schema of many parts, which each name that it demands is looked for in.
    let list = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
    let parts = list(200, &|number| format!(r##"{{ "$ref": "#/definitions/A{number}" }}"##));
    let names = list(2_000, &|number| format!("\"a{number}\""));
    let properties = list(2_000, &|number| format!("\"a{number}\": {{}}"));
    let definitions = list(200, &|number| format!("\"A{number}\": {{}}"));
    let schemas = format!(
        r#"{{ "definitions": {{ "S": {{ "required": [{names}], "properties": {{ {properties} }}, "allOf": [{parts}] }}, {definitions} }} }}"#
    );
    let findings = lint_by(&schemas, one("RequiredPropertyDefinitionMissing"));
    assert_eq!(ended(&findings), ["/definitions/S/required/1303"]);
    assert_eq!(findings.len(), 1);
}

#[test]
fn more_repeated_names_than_are_listed_are_told() {
    let surrogates = "\"\\ud800\",".repeat(300);
    let hidden = format!("{{ \"tags\": [{surrogates}1], \"host\": \"a\", \"host\": \"b\" }}");
    assert_eq!(pointers(&hidden, "BS-DuplicateJsonKey"), ["/host"]);
    let many = format!("{{ \"tags\": {{ {} \"a\": 1 }} }}", "\"a\": 0,".repeat(300));
    assert_eq!(pointers(&many, "BS-DuplicateJsonKey").len(), 200);
    let findings = lint(&many);
    let told = findings.iter().find(|finding| finding.rule == "BS-FindingsNotListed").unwrap();
    assert_eq!(told.message, "not all findings are listed: 100 more of BS-DuplicateJsonKey are left out");
    assert_eq!((told.severity, told.place.pointer.as_str()), (Severity::Error, "/tags/a"));
    let off = [("BS-DuplicateJsonKey".parse().unwrap(), Level::Off)];
    let options = Options { levels: Levels::default().then(&off), ..Options::default() };
    let files = vec![("apiDefinition.swagger.json".to_owned(), many.as_bytes().into())];
    let findings = check(&read_files("package", files, &Limits::default()), &options);
    assert!(findings.iter().all(|finding| finding.rule != "BS-FindingsNotListed"), "the rule is off");
}

#[test]
fn what_is_missing_is_part_of_what_a_finding_is_known_by() {
    let places = |definition: &str, rule: &str| {
        let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
        let only = Some(vec![backshell_lint::rule(rule).unwrap()]);
        let options = Options { only, identify: true, ..Options::default() };
        let findings = check(&read_files("package", files, &Limits::default()), &options);
        let mut places: Vec<String> =
            findings.into_iter().filter_map(|finding| Some(finding.identity?.place.clone())).collect();
        places.sort();
        places
    };
    let operation =
        r#"{ "paths": { "/a/{b/c}/{d}": {}, "/a/{b}/{c}": { "get": { "summary": "", "description": "" } } } }"#;
    assert_eq!(
        places(operation, "OperationMissingPathParameter"),
        ["/paths/~1a~1{b}~1{c}/get~(b)", "/paths/~1a~1{b}~1{c}/get~(c)"]
    );
    let parameter = r#"{ "swagger": "2.0", "info": { "title": "A", "version": "1", "description": "A." }, "host": "contoso.com",
        "x-ms-connector-metadata": [], "paths": {}, "parameters": { "P": { "name": "a", "in": "query", "type": "string" } } }"#;
    assert_eq!(
        places(parameter, "RequiredPropertyMissing"),
        ["/info~(contact)", "/parameters/P~(description)", "/parameters/P~(x-ms-summary)"]
    );
    let contact = r#"{ "info": { "contact": { "name": "A" } } }"#;
    assert_eq!(places(contact, "BS-ContactIncomplete"), ["/info/contact~(email)", "/info/contact~(url)"]);
    let called = r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "A" } },
        "paths": { "/a/{b}": { "get": { "operationId": "A", "parameters": [{ "in": "path", "name": "b" }, { "in": "query", "name": "c", "required": true }] } } } }"#;
    let place = "/x-ms-capabilities/testConnection/operationId";
    assert_eq!(places(called, "BS-TestConnectionNotCallable"), [format!("{place}~(b)"), format!("{place}~(c)")]);
    // Of a body it is the body: which of its properties comes first says nothing.
    let body = |given: &str| {
        format!(
            r#"{{ "x-ms-capabilities": {{ "testConnection": {{ "operationId": "A", "parameters": {{ {given} }} }} }}, "paths": {{
                "/b": {{ "get": {{ "parameters": [{{ "in": "query", "name": "v", "type": "string",
                    "x-ms-dynamic-values": {{ "operationId": "A", "parameters": {{ {given} }} }} }}] }} }},
                "/a": {{ "post": {{ "operationId": "A", "parameters": [{{ "in": "body", "name": "body", "required": true,
                "schema": {{ "required": ["one", "two"], "properties": {{ "one": {{}}, "two": {{}} }} }} }}] }} }} }} }}"#
        )
    };
    for given in ["", r#""one": 1"#, r#""body/one": 1"#, r#""body/two": 1"#] {
        let definition = body(given);
        assert_eq!(places(&definition, "BS-TestConnectionNotCallable"), [format!("{place}~(body)")], "{given}");
        let called = "/paths/~1b/get/parameters/[query:v]/x-ms-dynamic-values/parameters~(body)";
        assert_eq!(places(&definition, "OperationMissingRequiredProperty"), [called], "{given}");
    }
    assert!(places(&body(r#""body/one": 1, "two": 2"#), "BS-TestConnectionNotCallable").is_empty());
}

#[test]
fn findings_about_a_file_are_not_taken_for_each_other() {
    let files = [("apiDefinition.swagger.json", "{}"), ("icon.png", "GIF89a"), ("intro.md", "Short.")];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().into())).to_vec();
    let rules = ["BS-PkgIconFormat", "BS-PkgIntroSections"].map(|rule| backshell_lint::rule(rule).unwrap());
    let options = Options { only: Some(rules.to_vec()), identify: true, ..Options::default() };
    let findings = check(&read_files("package", files, &Limits::default()), &options);
    let mut places: Vec<String> =
        findings.into_iter().filter_map(|finding| Some(finding.identity?.place.clone())).collect();
    places.sort();
    assert_eq!(places, ["", "[PNG]", "[how to get credentials]", "[known issues]", "[prerequisites]"]);
}

#[test]
fn where_one_question_ends_is_told_by_itself() {
    let parts = (0..300).map(|_| "{}").collect::<Vec<_>>().join(",");
    let definition = format!(r#"{{ "definitions": {{ "S": {{ "required": ["a"], "allOf": [{parts}] }} }} }}"#);
    let rule = backshell_lint::rule("RequiredPropertyDefinitionMissing").unwrap();
    let findings = lint_by(&definition, Some(vec![rule]));
    let told = findings.iter().find(|finding| finding.rule == "BS-NotAllJudged").unwrap();
    assert_eq!(told.message, "this is too deep or has too many parts, and is not looked into");
    assert_eq!(told.place.pointer, "/definitions/S/allOf/256");
}

#[test]
fn dynamic_extensions_and_callbacks_in_circles_and_in_the_deep_are_found() {
    let nested = |inner: &str, depth: usize| r#"{ "properties": { "a": "#.repeat(depth) + inner + &" } }".repeat(depth);
    let hook = nested(r#"{ "type": "string", "x-ms-notification-url": true }"#, 300);
    let choice = nested(
        r#"{ "type": "string", "x-ms-dynamic-values": { "operationId": "Get", "parameters": { "x": 1 } } }"#,
        300,
    );
    let definition = format!(
        r##"{{ "definitions": {{
            "Loop": {{ "properties": {{ "again": {{ "$ref": "#/definitions/Loop" }}, "hook": {{ "$ref": "#/definitions/Hook" }} }},
                "allOf": [{{ "$ref": "#/definitions/Loop" }}, {{ "$ref": "#/definitions/Choice" }}] }},
            "Hook": {hook}, "Choice": {choice} }},
        "paths": {{ "/q": {{ "get": {{ "operationId": "Get" }} }}, "/hooks": {{ "post": {{ "parameters": [
            {{ "in": "body", "name": "body", "schema": {{ "$ref": "#/definitions/Loop" }} }}] }} }} }} }}"##
    );
    assert_eq!(pointers(&definition, "OperationMustHaveNotificationContentExtension"), ["/paths/~1hooks/post"]);
    assert_eq!(pointers(&definition, "NotificationUrlNotRequired").len(), 1);
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 1);
}
