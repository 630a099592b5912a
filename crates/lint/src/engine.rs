//! The walk: finds every place of a package once and hands it to the rules that ask for places of its kind.
//!
//! It goes where Swagger says that there are objects, and nowhere else: below `example`, `examples`, `default`, `enum` and
//! the `x-ms-dynamic-*` extensions lie values, not schemas, and the names below `properties`, `definitions`, `headers` and
//! the like are data, not keywords. References are reported where they stand and never followed, so that a shared object is
//! visited once, where it is written, and a circle of references is no circle of the walk. Schemas wait on a list instead of
//! the stack: nesting costs no recursion.

use crate::dynamic::{self, Use};
use crate::keywords::{ObjectKind, is_keyword, is_known_extension};
use crate::notices::NOT_ALL_JUDGED;
use crate::out::{File, Findings};
use crate::rule::{self, Visit};
use crate::view::{
    Context, Extension, Operation, Package, Parameter, Path, PropertiesFile, Reference, Requirement, Response,
    ShownPath, Target, Value, is_extension,
};
use crate::{Facts, Options, Out, Rule};
use backshell_findings::Finding;
use backshell_package::{Problem, ProblemKind, ReadPackage};
use backshell_source::{Member, Node, ProblemKind as JsonProblem};
use std::ptr;
use std::sync::LazyLock;

/// Judges a package by `rules`; `path` is where it lies for the user. Of the options counts what is known about the package,
/// and what is kept of findings. They come in no particular order, each with its level.
pub(crate) fn run(read: &ReadPackage, path: &ShownPath, options: &Options, rules: &[&'static Rule]) -> Vec<Finding> {
    let facts = &options.facts;
    let own = (!is_every(rules)).then(|| Table::new(rules));
    let table = own.as_ref().unwrap_or_else(|| &EVERY);
    let mut findings = Findings::new(options);
    package(read, path, facts, table, &mut findings);
    if let Some(definition) = &read.package.definition
        && is_text(read, &definition.file)
    {
        let file = File { shown: path.of(&read.package, &definition.file), document: Some(rule::DEFINITION) };
        let root = definition.document.root();
        let context = Context::new(read, root, facts);
        let mut walk = Walk {
            context: &context,
            table,
            file: &file,
            findings: &mut findings,
            schemas: Vec::new(),
            has_dynamic: false,
        };
        walk.document();
        for (node, what) in context.lookups.ended() {
            if let Some(node) = root.document().node(node) {
                findings.remark(&NOT_ALL_JUDGED, &file, node, what);
            }
        }
    }
    findings.into_list(path.whole(&read.package))
}

/// Whether a file is UTF-8. What was read of another one is a guess, which is not judged.
fn is_text(read: &ReadPackage, file: &str) -> bool {
    let is_guess = |problem: &Problem| problem.kind == ProblemKind::Json(JsonProblem::NotUtf8) && problem.file == file;
    !read.problems.iter().any(is_guess)
}

/// What the reader said, the files, and the properties file.
fn package(read: &ReadPackage, path: &ShownPath, facts: &Facts, table: &Table, findings: &mut Findings) {
    for problem in &read.problems {
        let shown = if problem.is_of_all { path.whole(&read.package) } else { path.of(&read.package, &problem.file) };
        let file = File::other(shown);
        let before = findings.len();
        each(&table.problem, &file, findings, |check, out| check(problem, out));
        if problem.left_out > 0 {
            findings.more_than_listed(before, problem.left_out);
        }
    }
    let package = Package::new(read, path, facts);
    let file = File::other(path.whole(&read.package));
    each(&table.package, &file, findings, |check, out| check(&package, out));
    if let Some(properties) = &read.package.properties
        && is_text(read, &properties.file)
    {
        let file = File { shown: path.of(&read.package, &properties.file), document: Some(rule::PROPERTIES) };
        let view = PropertiesFile::new(&package, properties);
        each(&table.properties, &file, findings, |check, out| check(&view, out));
    }
}

type Listed<F> = Vec<(&'static Rule, F)>;

/// Calls every rule of a list.
fn each<F: Copy>(list: &Listed<F>, file: &File, findings: &mut Findings, call: impl Fn(F, &mut Out<'_>)) {
    let Some((first, _)) = list.first() else { return };
    let mut out = Out::new(first, file, findings);
    for (rule, check) in list {
        call(*check, out.of(rule));
    }
}

/// The rules by the kind of place they look at.
#[derive(Default)]
struct Table {
    problem: Listed<fn(&Problem, &mut Out<'_>)>,
    package: Listed<fn(&Package<'_>, &mut Out<'_>)>,
    document: Listed<fn(&Context<'_>, &mut Out<'_>)>,
    info: Listed<fn(&Context<'_>, Node<'_>, &mut Out<'_>)>,
    path: Listed<fn(&Context<'_>, &Path<'_>, &mut Out<'_>)>,
    operation: Listed<fn(&Context<'_>, &Operation<'_>, &mut Out<'_>)>,
    parameter: Listed<fn(&Context<'_>, &Parameter<'_>, &mut Out<'_>)>,
    value: Listed<fn(&Context<'_>, &Value<'_>, &mut Out<'_>)>,
    schema: Listed<fn(&Context<'_>, &Value<'_>, &mut Out<'_>)>,
    response: Listed<fn(&Context<'_>, &Response<'_>, &mut Out<'_>)>,
    reference: Listed<fn(&Context<'_>, &Reference<'_>, &mut Out<'_>)>,
    security: Listed<fn(&Context<'_>, &Requirement<'_>, &mut Out<'_>)>,
    extension: Listed<fn(&Context<'_>, &Extension<'_>, &mut Out<'_>)>,
    dynamic: Listed<fn(&Context<'_>, &Use<'_, '_>, &mut Out<'_>)>,
    properties: Listed<fn(&PropertiesFile<'_>, &mut Out<'_>)>,
}

impl Table {
    fn new(rules: &[&'static Rule]) -> Self {
        let mut table = Self::default();
        for &rule in rules {
            for visit in rule.visits {
                match *visit {
                    Visit::Problem(check) => table.problem.push((rule, check)),
                    Visit::Package(check) => table.package.push((rule, check)),
                    Visit::Document(check) => table.document.push((rule, check)),
                    Visit::Info(check) => table.info.push((rule, check)),
                    Visit::Path(check) => table.path.push((rule, check)),
                    Visit::Operation(check) => table.operation.push((rule, check)),
                    Visit::Parameter(check) => table.parameter.push((rule, check)),
                    Visit::Value(check) => table.value.push((rule, check)),
                    Visit::Schema(check) => table.schema.push((rule, check)),
                    Visit::Response(check) => table.response.push((rule, check)),
                    Visit::Reference(check) => table.reference.push((rule, check)),
                    Visit::Security(check) => table.security.push((rule, check)),
                    Visit::Extension(check) => table.extension.push((rule, check)),
                    Visit::Dynamic(check) => table.dynamic.push((rule, check)),
                    Visit::Properties(check) => table.properties.push((rule, check)),
                }
            }
        }
        table
    }
}

/// Of all rules: made once for all packages, which nearly always are judged by all of them.
static EVERY: LazyLock<Table> = LazyLock::new(|| Table::new(crate::rules()));

fn is_every(rules: &[&'static Rule]) -> bool {
    let all = crate::rules();
    rules.len() == all.len() && rules.iter().zip(all).all(|(one, other)| ptr::eq(*one, *other))
}

/// The walk over one definition.
struct Walk<'w, 'd> {
    context: &'w Context<'d>,
    table: &'w Table,
    file: &'w File,
    findings: &'w mut Findings,
    /// Schemas that were found and not yet visited.
    schemas: Vec<Node<'d>>,
    /// Whether an `x-ms-dynamic-*` extension was met.
    has_dynamic: bool,
}

/// Calls every rule of one kind of place.
macro_rules! visit {
    ($walk:ident.$kind:ident $(, $argument:expr)?) => {
        each(&$walk.table.$kind, $walk.file, $walk.findings, |check, out| check($walk.context, $($argument,)? out))
    };
}

impl<'d> Walk<'_, 'd> {
    fn document(&mut self) {
        visit!(self.document);
        let root = self.context.root;
        self.extensions(root, ObjectKind::Root);
        for member in root.visible_members() {
            let value = member.value;
            match member.key {
                "info" => self.info(value),
                "definitions" => value.visible_members().for_each(|member| self.schema(member.value)),
                "parameters" => value.visible_members().for_each(|member| self.parameter(member.value)),
                "responses" => value.visible_members().for_each(|member| self.shared_response(member.value)),
                "securityDefinitions" => {
                    for definition in value.visible_members() {
                        self.extensions(definition.value, ObjectKind::SecurityDefinition);
                        if let Some(scopes) = definition.value.get("scopes") {
                            self.beside(scopes, ObjectKind::Scopes);
                        }
                    }
                }
                "security" => self.security(value),
                "paths" => self.beside(value, ObjectKind::Paths),
                "tags" => value.items().for_each(|tag| {
                    self.extensions(tag, ObjectKind::Tag);
                    self.external_docs(tag);
                }),
                _ => {}
            }
        }
        self.external_docs(root);
        let context = self.context;
        for path in context.counted_paths() {
            self.path(path);
        }
        for operation in &context.operations {
            self.operation(operation);
        }
        if self.has_dynamic {
            self.dynamic();
        }
    }

    /// The calls of dynamic extensions, as each operation makes them.
    fn dynamic(&mut self) {
        dynamic::each_use(self.context, &mut |call| visit!(self.dynamic, call));
    }

    fn info(&mut self, info: Node<'d>) {
        visit!(self.info, info);
        self.extensions(info, ObjectKind::Info);
        for (name, kind) in [("contact", ObjectKind::Contact), ("license", ObjectKind::License)] {
            if let Some(value) = info.get(name) {
                self.extensions(value, kind);
            }
        }
    }

    fn path(&mut self, path: &Path<'d>) {
        visit!(self.path, path);
        self.extensions(path.node, ObjectKind::PathItem);
        for parameter in path.node.get("parameters").into_iter().flat_map(Node::items) {
            self.parameter(parameter);
        }
        self.notification_content(path.node);
    }

    /// What a trigger is notified of: it belongs on the path item, and is judged where it stands.
    fn notification_content(&mut self, holder: Node<'d>) {
        if let Some(content) = holder.get("x-ms-notification-content") {
            self.extensions(content, ObjectKind::NotificationContent);
            if let Some(schema) = content.get("schema") {
                self.schema(schema);
            }
        }
    }

    fn operation(&mut self, operation: &Operation<'d>) {
        visit!(self.operation, operation);
        self.extensions(operation.node, ObjectKind::Operation);
        self.external_docs(operation.node);
        self.notification_content(operation.node);
        for parameter in operation.node.get("parameters").into_iter().flat_map(Node::items) {
            self.parameter(parameter);
        }
        if let Some(security) = operation.node.get("security") {
            self.security(security);
        }
        for member in operation.responses.into_iter().flat_map(Node::visible_members) {
            if is_extension(member.key) {
                self.extension(member, ObjectKind::Responses);
            } else {
                self.response(member);
            }
        }
    }

    fn parameter(&mut self, declared: Node<'d>) {
        let value = self.value(declared, ObjectKind::Parameter);
        if let Some(node) = value.reference {
            self.reference(node, Target::Parameter);
            return;
        }
        let parameter = Parameter::new(declared, declared);
        visit!(self.parameter, &parameter);
        if parameter.location != "body" {
            visit!(self.value, &value);
            self.items(value.items);
        }
        if let Some(schema) = value.schema {
            self.schema(schema);
        }
    }

    /// The items of something that is no schema, and the items of these.
    fn items(&mut self, mut items: Option<Node<'d>>) {
        while let Some(node) = items {
            let value = self.value(node, ObjectKind::Items);
            visit!(self.value, &value);
            items = value.items;
        }
    }

    fn response(&mut self, member: Member<'d>) {
        let declared = member.value;
        let reference = declared.get("$ref").map(|node| Reference { node, target: Target::Response });
        let node = self.context.response(declared);
        visit!(self.response, &Response { status: member.key, declared, node });
        match reference {
            Some(reference) => self.reference(reference.node, reference.target),
            None => self.response_object(declared),
        }
    }

    fn shared_response(&mut self, declared: Node<'d>) {
        match declared.get("$ref") {
            Some(reference) => self.reference(reference, Target::Response),
            None => self.response_object(declared),
        }
    }

    fn response_object(&mut self, response: Node<'d>) {
        self.extensions(response, ObjectKind::Response);
        for header in response.get("headers").into_iter().flat_map(Node::visible_members) {
            let value = self.value(header.value, ObjectKind::Header);
            visit!(self.value, &value);
            self.items(value.items);
        }
        if let Some(schema) = response.get("schema") {
            self.schema(schema);
        }
    }

    /// A schema and everything below it.
    fn schema(&mut self, schema: Node<'d>) {
        self.schemas.push(schema);
        while let Some(node) = self.schemas.pop() {
            if !node.is_object() {
                continue;
            }
            let value = self.value(node, ObjectKind::Schema);
            if let Some(reference) = value.reference {
                // Whatever stands beside a reference is ignored by readers, so it is not judged as a schema either.
                self.reference(reference, Target::Schema);
                continue;
            }
            if let Some(properties) = value.properties {
                self.schemas.extend(properties.visible_members().map(|member| member.value));
            }
            self.schemas.extend(value.items);
            self.schemas.extend(value.additional_properties);
            self.schemas.extend(value.all_of.into_iter().flat_map(Node::items));
            if let Some(xml) = value.xml {
                self.extensions(xml, ObjectKind::Xml);
            }
            self.external_docs(node);
            visit!(self.value, &value);
            visit!(self.schema, &value);
        }
    }

    fn security(&mut self, list: Node<'d>) {
        for member in list.items().flat_map(Node::visible_members) {
            let definition = self.context.security_definition(member.key);
            visit!(self.security, &Requirement { name: member.key, value: member.value, definition });
        }
    }

    fn reference(&mut self, node: Node<'d>, target: Target) {
        visit!(self.reference, &Reference { node, target });
    }

    fn external_docs(&mut self, holder: Node<'d>) {
        if let Some(docs) = holder.get("externalDocs") {
            self.extensions(docs, ObjectKind::ExternalDocs);
        }
    }

    /// The keywords of an object; its other members are visited as extensions.
    fn value(&mut self, node: Node<'d>, kind: ObjectKind) -> Value<'d> {
        Value::read(node, kind, &mut |member| self.extension(member, kind))
    }

    fn extensions(&mut self, node: Node<'d>, kind: ObjectKind) {
        node.visible_members()
            .filter(|member| !is_keyword(kind, member))
            .for_each(|member| self.extension(member, kind));
    }

    /// The extensions of an object whose other names are data.
    fn beside(&mut self, node: Node<'d>, kind: ObjectKind) {
        node.visible_members()
            .filter(|member| is_extension(member.key))
            .for_each(|member| self.extension(member, kind));
    }

    fn extension(&mut self, member: Member<'d>, holder: ObjectKind) {
        let known = is_known_extension(&member);
        self.has_dynamic |= known && dynamic::Kind::of(member.key).is_some();
        visit!(self.extension, &Extension { name: member.key, node: member.value, holder, known });
    }
}
