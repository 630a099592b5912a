//! Pairs two versions, calls the checks, and makes changes of what they report.

use crate::change::{Change, Comparison, Earlier, OperationPlace, Outcome, SuggestedVersion};
use crate::check::{Check, Direction, Object, Verdict, Visit};
use crate::graph::Graph;
use crate::notice::{Notice, NoticeKind};
use crate::out::{Full, Out, Raw, Scope};
use crate::schema_pair::{Role, SchemaPair};
use crate::view::{
    BodyPair, ConnectionParameterPair, HeaderPair, NotificationPair, OperationPair, PackagePair, ParameterPair,
    ResponsePair, SecurityPair, Version,
};
use crate::{Options, aftermath, approvals, checks, fingerprint, one_cause, pairing, suggestion};
use backshell_findings::{Finding, Place, Severity};
use backshell_model::FastMap;
use backshell_package::{Origin, Parameter, Problem, ProblemKind, ReadPackage};
use backshell_source::{Kind, Node, Span};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// Where a limit was hit. Not a row of the requirement's table, but demanded beside it.
pub(crate) static UNDECIDED: Check = Check {
    id: "undecided",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The schemas are nested or interwoven beyond the limits of the comparison, or more changes were found than are \
           listed. What lies beyond was not compared.",
    why: "What was not compared may break callers: silence would look like an all-clear.",
    instead: "flatten the schemas, or compare the rest by hand",
    ..Check::BASE
};

/// How many operations are listed for all changes together, and how many of each change beyond that.
const MOST_CONCERNS: usize = 250_000;
const FEW_CONCERNS: usize = 8;

/// How many keys that stand twice are told of each version; all are for `lint` to say.
const MOST_DUPLICATES: usize = 5;

/// Compares two versions.
pub(crate) fn run(old: &ReadPackage, new: &ReadPackage, options: &Options) -> Comparison {
    let old = Version::new(old, options.old_path.clone());
    let new = Version::new(new, options.new_path.clone());
    let findings: Vec<Finding> = [&old, &new].into_iter().flat_map(unreadable).collect();
    let version = |version: &Version<'_>| version.swagger.and_then(|swagger| swagger.version().map(str::to_owned));
    let name = options.old_path.clone().unwrap_or_else(|| old.read.package.name.clone());
    let earlier = vec![Earlier { name, version: version(&old) }];
    let new_version = version(&new);
    let notices = notices(&old, &new);
    if !findings.is_empty() {
        let (outcome, suggested_version) = (Outcome::Unreadable, SuggestedVersion::None);
        return Comparison { outcome, suggested_version, changes: Vec::new(), findings, earlier, new_version, notices };
    }
    if old.read.package.has_same_files(&new.read.package) {
        let (outcome, suggested_version) = (Outcome::Identical, SuggestedVersion::None);
        return Comparison { outcome, suggested_version, changes: Vec::new(), findings, earlier, new_version, notices };
    }
    let package = pairing::pair(old, new);
    let mut walk = Walk { visitors: Visitors::new(), out: Out::new(&package, options), graph: Graph::default() };
    walk.package(&package);
    for (index, operation) in package.operations.iter().enumerate() {
        walk.operation(index, operation);
    }
    walk.schemas();
    let changes = finish(&package, walk.out, &walk.graph);
    let version = package.old.swagger.and_then(backshell_package::Swagger::version);
    let comparison = Comparison {
        outcome: Outcome::of(&changes),
        suggested_version: suggestion::suggest(&changes, version),
        changes,
        findings,
        earlier,
        new_version,
        notices,
    };
    aftermath::complete(comparison, &package.old, &package.new)
}

/// What a reader of the result must know about what was compared.
fn notices<'d>(old: &Version<'d>, new: &Version<'d>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let is_lone = |version: &Version<'_>| version.read.package.origin == Origin::File;
    for (lone, package, which) in [(old, new, "new"), (new, old, "old")] {
        let has_more = package.properties.is_some() || package.read.package.script.is_some();
        if is_lone(lone) && !is_lone(package) && lone.swagger.is_some() && has_more {
            notices.push(Notice {
                kind: NoticeKind::PartlyCompared,
                message: format!(
                    "this is a definition alone and the {which} version a package: only the definitions were compared"
                ),
                help: "give the whole package to compare connection parameters, policies and the script as well"
                    .to_owned(),
                place: Place::file(lone.shown("")),
            });
        }
    }
    for version in [old, new] {
        let is_duplicate =
            |problem: &&Problem| problem.kind == ProblemKind::Json(backshell_source::ProblemKind::DuplicateKey);
        let duplicates = version.read.problems.iter().filter(is_duplicate);
        notices.extend(duplicates.take(MOST_DUPLICATES).map(|problem| Notice {
            kind: NoticeKind::DuplicateKey,
            message: format!("{}; the comparison goes by the last one", problem.message),
            help: problem.help.clone(),
            place: problem.place(version.shown(&problem.file)),
        }));
    }
    notices
}

/// What makes a version unusable for a comparison.
fn unreadable(version: &Version<'_>) -> Vec<Finding> {
    let package = &version.read.package;
    let fatal = version.read.problems.iter().filter(|problem| {
        let is_absence = problem.kind == backshell_package::ProblemKind::MissingProperties;
        problem.severity() == Severity::Error && !is_absence
    });
    let mut findings: Vec<_> = fatal
        .map(|problem| Finding {
            check: backshell_findings::Check::Breaking,
            rule: Cow::Borrowed(problem.kind.code()),
            severity: Severity::Error,
            message: problem.message.clone(),
            help: problem.help.clone().into(),
            place: problem.place(version.shown(&problem.file)),
            identity: None,
        })
        .collect();
    let Some(definition) = &package.definition else {
        if findings.is_empty() && package.properties.is_none() && package.script.is_none() {
            let file = version.shown(&package.name);
            findings.push(unusable("there is no definition to compare".to_owned(), Place::file(file)));
        }
        return findings;
    };
    let root = definition.document.root();
    let is_swagger = match root.get("swagger") {
        Some(version) => version.as_str().is_none_or(|version| version == "2.0"),
        // Without the word it is what it looks like; anything else would look like a connector that lost all it had.
        None => root.get("paths").is_some_and(Node::is_object),
    };
    let file = version.shown(&definition.file);
    if !root.is_object() || root.get("openapi").is_some() || !is_swagger {
        let shown = root.get("openapi").or_else(|| root.get("swagger")).unwrap_or(root);
        let message = "the file is not a Swagger 2.0 definition".to_owned();
        findings.push(unusable(message, place(&*file, shown)));
    } else if let Some(paths) = root.get("paths").filter(|paths| !paths.is_object()) {
        // Taken for no paths at all, it would look like a connector that lost all it had.
        findings.push(unusable("`paths` is no object".to_owned(), place(&*file, paths)));
    }
    findings
}

fn unusable(message: String, place: Place) -> Finding {
    Finding {
        check: backshell_findings::Check::Breaking,
        rule: Cow::Borrowed("not-a-definition"),
        severity: Severity::Error,
        message,
        help: "give a Swagger 2.0 definition, or a package that holds one as `apiDefinition.swagger.json`".into(),
        place,
        identity: None,
    }
}

/// The visitors of all families, by kind.
#[derive(Default)]
struct Visitors {
    all: Vec<Visit>,
    every_parameter: bool,
}

impl Visitors {
    fn new() -> Self {
        let all: Vec<Visit> = checks::ALL.iter().flat_map(|family| family.visits).copied().collect();
        let every_parameter = all.iter().any(|visit| matches!(visit, Visit::EveryParameter(_)));
        Self { all, every_parameter }
    }
}

/// Calls every visitor of one kind.
macro_rules! visit {
    ($walk:expr, $($kind:ident)|+, $pair:expr) => {
        for visit in &$walk.visitors.all {
            match visit {
                $(Visit::$kind(judge) => judge($pair, &mut $walk.out),)+
                _ => {}
            }
        }
    };
}

/// A comparison on its way.
struct Walk<'a, 'd> {
    visitors: Visitors,
    out: Out<'a, 'd>,
    graph: Graph<'d>,
}

impl<'d> Walk<'_, 'd> {
    fn package(&mut self, package: &PackagePair<'d>) {
        self.out.enter(Scope::Package, "", []);
        visit!(self, Package, package);
        for (old, new) in package.security.kept() {
            let locus = format!("security/{}", new.name);
            let pair = SecurityPair { old: old.clone(), new: new.clone() };
            self.out.enter(Scope::Package, &locus, [old.node, new.node]);
            visit!(self, Security, &pair);
        }
        let Some(properties) = &package.properties else { return };
        let sets = properties.sets.iter().map(|set| (Some(set.old.name), &set.parameters));
        for (set, parameters) in std::iter::once((None, &properties.parameters)).chain(sets) {
            for (old, new) in parameters.kept() {
                let locus = format!("connection/{}/{}", set.unwrap_or_default(), old.name);
                let pair = ConnectionParameterPair { set, old: old.clone(), new: new.clone() };
                self.out.enter(Scope::Package, &locus, [old.node, new.node]);
                visit!(self, ConnectionParameter, &pair);
            }
        }
    }

    fn operation(&mut self, index: usize, pair: &Rc<OperationPair<'d>>) {
        let scope = Scope::Operations(vec![Rc::clone(&pair.old)]);
        self.out.enter(scope.clone(), "", [pair.old.node(), pair.new.node()]);
        visit!(self, Operation, &**pair);
        for (old, new) in pair.parameters.kept() {
            self.parameter(index, pair, &scope, *old, *new);
        }
        self.body(index, pair, &scope);
        for (old, new) in pair.responses.kept() {
            let is_success = pair.old.is_success(old.status) && pair.new.is_success(new.status);
            let headers = pairing::headers(*old, *new);
            let response = ResponsePair { operation: Rc::clone(pair), old: *old, new: *new, is_success, headers };
            let locus = format!("responses/{}", old.status);
            let own = [old.node, old.declared_node, new.node, new.declared_node];
            self.out.enter(scope.clone(), &locus, own);
            visit!(self, Response, &response);
            for (one, two) in response.headers.kept() {
                let header = HeaderPair { old: *one, new: *two };
                let locus = format!("{locus}/headers/{}", one.0.to_ascii_lowercase());
                self.out.enter(scope.clone(), &locus, [one.1, two.1]);
                visit!(self, Header, &header);
            }
            if let (true, Some(one), Some(two)) = (is_success, old.schema(), new.schema()) {
                let schemas = (one.node(), two.node());
                self.graph.add_root(index, &locus, schemas, Direction::Response, Role::Response);
            }
        }
        self.notification(index, pair, scope);
    }

    fn parameter(
        &mut self,
        index: usize,
        pair: &Rc<OperationPair<'d>>,
        scope: &Scope<'d>,
        old: Parameter<'d>,
        new: Parameter<'d>,
    ) {
        let locus = format!("parameters/{}/{}", old.location.as_str(), old.name);
        let differs = old.node.source() != new.node.source() || old.required != new.required;
        if differs || self.visitors.every_parameter {
            let own = [old.node, old.declared_node, new.node, new.declared_node];
            self.out.enter(scope.clone(), &locus, own);
            let parameter = ParameterPair { operation: Rc::clone(pair), old, new };
            visit!(self, EveryParameter, &parameter);
            if differs {
                visit!(self, Parameter, &parameter);
            }
        }
        if let (Some(old), Some(new)) = (old.items(), new.items()) {
            let locus = locus + "/[]";
            self.graph.add_root(index, &locus, (old, new), Direction::Request, Role::ParameterItems);
        }
    }

    fn body(&mut self, index: usize, pair: &Rc<OperationPair<'d>>, scope: &Scope<'d>) {
        let (old, new) = pair.body;
        if old.is_none() && new.is_none() {
            return;
        }
        let own = old.into_iter().chain(new).flat_map(|body| [body.node, body.declared_node]);
        self.out.enter(scope.clone(), "body", own);
        visit!(self, Body, &BodyPair { operation: Rc::clone(pair), old, new });
        let schema = |body: Option<Parameter<'d>>| Some(body?.schema()?.node());
        if let (Some(old), Some(new)) = (schema(old), schema(new)) {
            self.graph.add_root(index, "body", (old, new), Direction::Request, Role::Body);
        }
    }

    fn notification(&mut self, index: usize, pair: &Rc<OperationPair<'d>>, scope: Scope<'d>) {
        let (old, new) = (pair.old.notification(), pair.new.notification());
        if old.is_none() && new.is_none() {
            return;
        }
        self.out.enter(scope, "notification", old.into_iter().chain(new));
        visit!(self, Notification, &NotificationPair { operation: Rc::clone(pair), old, new });
        let schema = |content: Option<Node<'d>>| content?.get("schema").filter(|node| node.is_object());
        if let (Some(old), Some(new)) = (schema(old), schema(new)) {
            self.graph.add_root(index, "notification", (old, new), Direction::Response, Role::Notification);
        }
    }

    /// Looks at every pair of schemas once.
    fn schemas(&mut self) {
        while let Some(waiting) = self.graph.next() {
            let pair = SchemaPair::new(waiting.old, waiting.new, waiting.direction, waiting.role);
            if pair.old.was_cut() || pair.new.was_cut() {
                self.graph.cut(waiting.old, waiting.new);
            }
            let first = self.out.len();
            let own = [pair.old.declared(), pair.new.declared()];
            let own = own.into_iter().chain(pair.old.parts().iter().copied()).chain(pair.new.parts().iter().copied());
            self.out.enter(Scope::Pair(waiting.pair), "", own);
            visit!(self, EverySchema, &pair);
            if pair.differs() {
                visit!(self, Schema, &pair);
            }
            if waiting.role == Role::ParameterItems {
                one_cause::name_the_parameter(&mut self.out, first);
            }
            one_cause::name_the_branch(&pair, &mut self.out, first);
            for (step, role, old, new) in pair.children() {
                self.graph.add_child(&waiting, step, role, old, new);
            }
        }
    }
}

/// A change before its place is looked up: what was reported, and whom it concerns.
struct Found<'d> {
    raw: Raw<'d>,
    operations: Vec<Concern<'d>>,
    locus: String,
}

/// An operation that a change concerns: name, method, path, and the place below it by names. They are sorted by name.
type Concern<'d> = (String, &'static str, &'d str, Rc<str>);

/// Groups equal changes, finds out whom they concern, and sorts them.
fn finish<'d>(package: &PackagePair<'d>, out: Out<'_, 'd>, graph: &Graph<'d>) -> Vec<Change> {
    let shows_lines = !out.options().without_lines;
    let (mut raws, full) = out.into_changes();
    one_cause::keep_causes(&mut raws);
    let sent_only = graph.sent_only();
    one_cause::name_the_notification(&mut raws, |pair| sent_only.get(pair) == Some(&true));
    let mut order: Vec<usize> = (0..package.operations.len()).collect();
    order.sort_by_key(|index| package.operations.get(*index).map(|pair| pair.old.name.as_str()));
    let mut changed: Vec<usize> =
        raws.iter().filter_map(|raw| if let Scope::Pair(pair) = raw.scope { Some(pair) } else { None }).collect();
    changed.dedup();
    let (concerned, was_cut) = graph.concerned(&changed, &order);
    let mut found: Vec<Found<'d>> = Vec::new();
    let mut groups: FastMap<GroupKey, usize> = FastMap::default();
    let (mut concerns, mut has_short_break) = (0, false);
    for raw in raws {
        // Every change repeats the names: many changes of what many operations share must not fill the memory.
        let most = if concerns > MOST_CONCERNS { FEW_CONCERNS } else { usize::MAX };
        let of = |operation: &crate::view::Operation<'d>, locus: Rc<str>| {
            (operation.name.clone(), operation.method().as_str(), operation.path_template(), locus)
        };
        let (mut operations, locus) = match &raw.scope {
            Scope::Package => (Vec::new(), raw.locus.clone()),
            Scope::Operations(list) => {
                let locus: Rc<str> = Rc::from(raw.locus.as_str());
                has_short_break |= list.len() > most && raw.verdict == Verdict::Breaking;
                let concerns = list.iter().take(most).map(|operation| of(operation, Rc::clone(&locus)));
                (concerns.collect::<Vec<_>>(), raw.locus.clone())
            }
            Scope::Pair(pair) => {
                let list = concerned.get(pair).map(Vec::as_slice).unwrap_or_default();
                let path = list.first().map(|(_, path)| &**path).unwrap_or_default();
                let locus = join(path, &raw.locus);
                let shared: Rc<str> = Rc::from(locus.as_str());
                has_short_break |= list.len() > most && raw.verdict == Verdict::Breaking;
                let concerns = list.iter().take(most).filter_map(|(index, other)| {
                    let locus = if **other == *path { Rc::clone(&shared) } else { join(other, &raw.locus).into() };
                    Some(of(&package.operations.get(*index)?.old, locus))
                });
                (concerns.collect(), locus)
            }
        };
        operations.sort_unstable();
        operations.dedup();
        concerns += operations.len();
        let id = |node: Option<Node<'_>>| node.map(Node::id);
        // One old place with several new ones is one definition that was inlined, and the reverse.
        let place = if raw.old.is_some() { (id(raw.old), None) } else { (None, id(raw.new)) };
        let key = (raw.check.id, raw.verdict, place, raw.message.clone());
        match groups.get(&key).and_then(|index| found.get_mut(*index)).filter(|_| place != (None, None)) {
            Some(earlier) => {
                let first = |operations: &[Concern<'d>]| operations.first().map(|(name, ..)| name.clone());
                if first(&operations) < first(&earlier.operations) {
                    earlier.locus = locus;
                }
                earlier.operations.extend(operations);
                earlier.operations.sort_unstable();
                earlier.operations.dedup();
            }
            None => {
                groups.insert(key, found.len());
                found.push(Found { raw, operations, locus });
            }
        }
    }
    let mut changes: Vec<Change> = found.into_iter().map(|found| change(package, found, shows_lines)).collect();
    if let Some((old, new)) = graph.was_cut_at() {
        let message = "the schemas go deeper, or are more, than can be compared: what lies below was not looked at";
        changes.push(undecided(package, Some(old), Some(new), message));
    }
    if full != Full::default() || was_cut || concerns > MOST_CONCERNS {
        let message = "there are more changes, or more operations that they concern, than are listed";
        let root = |version: &Version<'d>| version.swagger.map(backshell_package::Swagger::node);
        let mut cut = undecided(package, root(&package.old), root(&package.new), message);
        if full.of_breaking || has_short_break {
            // Whatever became of those that are listed, or is approved of them, more breaks than that.
            cut.verdict = Verdict::Breaking;
        }
        changes.push(cut);
    }
    changes.sort_by(|one, two| sort_key(one).cmp(&sort_key(two)));
    changes
}

/// Check, verdict, old or new place, message.
type GroupKey = (&'static str, Verdict, (Option<u32>, Option<u32>), String);

pub(crate) fn sort_key(change: &Change) -> (Verdict, Option<&str>, &str, &str, &str, &str) {
    let operation = change.operations.first().map(String::as_str);
    (change.verdict, operation, &change.locus, change.check.id, &change.message, &change.fingerprint)
}

fn undecided<'d>(package: &PackagePair<'d>, old: Option<Node<'d>>, new: Option<Node<'d>>, message: &str) -> Change {
    let raw = Raw {
        check: &UNDECIDED,
        verdict: UNDECIDED.verdict,
        message: message.to_owned(),
        old,
        new,
        files: (None, None),
        scope: Scope::Package,
        locus: String::new(),
        base: String::new(),
        values: Some((String::new(), String::new())),
        subject: None,
    };
    change(package, Found { raw, operations: Vec::new(), locus: String::new() }, true)
}

/// That more was found than is listed. `old` is a version in which it was.
pub(crate) fn too_many(message: &str, old: Place) -> Change {
    Change {
        check: &UNDECIDED,
        verdict: UNDECIDED.verdict,
        operations: Vec::new(),
        method: None,
        path: None,
        message: message.to_owned(),
        help: help(&UNDECIDED),
        fingerprint: fingerprint::of(&[UNDECIDED.id, "", "", "", ""]),
        locus: String::new(),
        old: Some(old),
        new: None,
        approval: None,
        against: Vec::new(),
        impact: None,
        anchor: None,
        places: Vec::new(),
    }
}

fn change<'d>(package: &PackagePair<'d>, found: Found<'d>, shows_lines: bool) -> Change {
    let Found { raw, operations, locus } = found;
    let (old_value, new_value) =
        raw.values.unwrap_or_else(|| (fingerprint::value(raw.old), fingerprint::value(raw.new)));
    let first = operations.first().map(|(name, ..)| name.as_str()).unwrap_or_default();
    let fingerprint = fingerprint::of(&[raw.check.id, first, &locus, &old_value, &new_value]);
    let locus = join(first, &locus);
    let mut names: Vec<String> = operations.iter().map(|(name, ..)| name.clone()).collect();
    names.dedup();
    let is_one = operations.iter().all(|(name, ..)| name == first);
    let only = if is_one { operations.first() } else { None };
    let places = places(&operations);
    let shown = |version: &Version<'d>, node: Option<Node<'d>>, file: Option<String>| {
        node.map(|node| {
            let file = version.file_of(node);
            if shows_lines {
                return place(file, node);
            }
            Place::without_excerpt(file, node.document().source(), shown_by(node), node.pointer())
        })
        .or_else(|| file.map(Place::file))
    };
    Change {
        check: raw.check,
        verdict: raw.verdict,
        method: only.map(|(_, method, ..)| (*method).to_owned()),
        path: only.map(|(_, _, path, _)| (*path).to_owned()),
        operations: names,
        message: raw.message,
        help: help(raw.check),
        fingerprint,
        locus,
        old: shown(&package.old, raw.old, raw.files.0),
        new: shown(&package.new, raw.new, raw.files.1),
        approval: None,
        against: Vec::new(),
        impact: None,
        anchor: None,
        places,
    }
}

/// The places of the operations; none where all of them reach the change alike.
fn places(operations: &[Concern<'_>]) -> Vec<OperationPlace> {
    let Some((.., first)) = operations.first() else { return Vec::new() };
    if operations.iter().all(|(.., place)| place == first) {
        return Vec::new();
    }
    let place = |(name, .., place): &Concern<'_>| OperationPlace { operation: name.clone(), rest: place.to_string() };
    operations.iter().map(place).collect()
}

/// What to do instead; where no approval helps, that as well.
fn help(check: &Check) -> String {
    let instead = check.instead;
    if approvals::is_never(check) { format!("{instead}; no approvals file can excuse it") } else { instead.to_owned() }
}

fn join(front: &str, back: &str) -> String {
    [front, back].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

fn place(file: impl Into<Arc<str>>, node: Node<'_>) -> Place {
    Place::in_text(file, node.document().source(), shown_by(node), node.pointer())
}

/// What a value is shown by: itself when it is short, its name when it is an object or a list, and in a list its `name` or
/// what it refers to.
fn shown_by(node: Node<'_>) -> Span {
    let first = |span: Span| Span { start: span.start, end: span.start.saturating_add(1).min(span.end) };
    match node.kind() {
        Kind::Object | Kind::Array => node.key_span().unwrap_or_else(|| {
            let shown = node.get("name").or_else(|| node.get("$ref"));
            shown.map_or_else(|| first(node.span()), Node::span)
        }),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => node.span(),
    }
}
