//! Where rules report: turns a node and a message into a finding.

use crate::hidden::Hidden;
use crate::levels::Levels;
use crate::notices::{FINDINGS_NOT_LISTED, Notice};
use crate::view::{Package, Parameter};
use crate::way::Way;
use crate::{Options, Rule, identity};
use backshell_findings::{Check, Finding, Identity, Place, Severity};
use backshell_package::Problem;
use backshell_source::{Kind, Node, Span, Text};
use std::borrow::Cow;
use std::sync::Arc;

/// How many findings of each severity are kept of one package: a hostile one must not fill the memory with findings, and
/// must not push its errors out with warnings.
const MOST_FINDINGS: usize = 10_000;

/// The findings of a package.
pub(crate) struct Findings {
    list: Vec<Finding>,
    /// What the findings weigh in the end, by which there is room for them.
    levels: Levels,
    /// How many of each severity are kept.
    kept: [usize; Severity::ALL.len()],
    /// How many of each severity there was no room for.
    left_out: [usize; Severity::ALL.len()],
    /// Whether they get an identity.
    identify: bool,
    way: Way,
    /// Whether they keep the line that people are shown.
    excerpts: bool,
    /// What no excerpt shows.
    hidden: Hidden,
}

impl Findings {
    /// None yet.
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            list: Vec::new(),
            levels: options.levels.clone(),
            kept: [0; Severity::ALL.len()],
            left_out: [0; Severity::ALL.len()],
            identify: options.identify,
            way: Way::default(),
            excerpts: options.excerpts,
            hidden: Hidden::default(),
        }
    }

    /// Whether one more finding of this rule is kept, which weighs `severity` by itself. One that is not is counted.
    fn has_room(&mut self, rule: &Rule, severity: Severity) -> bool {
        let Some(severity) = self.levels.weigh(rule.id, severity) else { return false };
        let has_room = self.kept.get(severity as usize).is_some_and(|kept| *kept < MOST_FINDINGS);
        if !has_room && let Some(left_out) = self.left_out.get_mut(severity as usize) {
            *left_out += 1;
        }
        has_room
    }

    fn push(&mut self, mut finding: Finding) {
        if let Some(severity) = self.levels.weigh(&finding.rule, finding.severity) {
            finding.severity = severity;
            if let Some(kept) = self.kept.get_mut(severity as usize) {
                *kept += 1;
            }
            self.list.push(finding);
        }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.list.len()
    }

    /// Says that `left_out` more like the last one are not listed, which weighs as much as that: unless nothing was said
    /// since there were `before` findings, because the rule is off.
    pub(crate) fn more_than_listed(&mut self, before: usize, left_out: u32) {
        let Some(last) = self.list.get(before..).and_then(<[Finding]>::last) else { return };
        let Some(severity) = self.levels.weigh(FINDINGS_NOT_LISTED.id, last.severity) else { return };
        let message = format!("not all findings are listed: {left_out} more of {} are left out", last.rule);
        self.list.push(Finding { severity, ..FINDINGS_NOT_LISTED.at(last.place.clone(), message) });
    }

    /// Says something about the checking itself, at the name of a value.
    pub(crate) fn remark(&mut self, notice: &'static Notice, file: &File, node: Node<'_>, message: &str) {
        let Some(severity) = self.levels.weigh(notice.id, notice.severity) else { return };
        let (source, span) = (node.document().source(), name_or_bracket(node));
        let mut place = Place::without_excerpt(file.shown.clone(), source, span, self.way.to(node).0);
        if self.excerpts {
            place = place.shown(source, span);
        }
        self.list.push(Finding { severity, ..notice.at(place, message.to_owned()) });
    }

    /// The findings, each with its level, in the order in which they were made; where some found no room, a last one about
    /// the whole package, which the user knows as `package`, says so.
    pub(crate) fn into_list(mut self, package: Arc<str>) -> Vec<Finding> {
        std::mem::take(&mut self.hidden).cover(&mut self.list);
        self.list.extend(self.not_listed(package));
        self.list
    }

    /// What there was no room for. It weighs as much as the heaviest of that: who accepts all that is listed must not accept
    /// unseen what is not.
    fn not_listed(&self, package: Arc<str>) -> Option<Finding> {
        let counted = || Severity::ALL.iter().zip(self.left_out).filter(|(_, count)| *count > 0);
        let (heaviest, _) = counted().next()?;
        let severity = self.levels.weigh(FINDINGS_NOT_LISTED.id, *heaviest)?;
        // Some may say the same of the same place, which is known of listed ones only.
        let counts: Vec<_> = counted().map(|(severity, count)| format!("{count} of level {severity}")).collect();
        let message = format!("not all findings are listed: left out are up to {}", counts.join(" and "));
        Some(Finding { severity, ..FINDINGS_NOT_LISTED.at(Place::file(package), message) })
    }
}

/// The file that is being looked at.
pub(crate) struct File {
    /// As the user gave it.
    pub(crate) shown: Arc<str>,
    /// Which of a package's documents it is.
    pub(crate) document: Option<&'static str>,
}

impl File {
    /// A file that is no document of the package.
    pub(crate) const fn other(shown: Arc<str>) -> Self {
        Self { shown, document: None }
    }
}

/// Takes the findings of one rule in one file. Pointers, positions and excerpts are made here, so that looking costs
/// nothing until there is something to report.
pub(crate) struct Out<'a> {
    rule: &'static Rule,
    /// The severity and the advice, where these are others than the rule's.
    severity: Option<Severity>,
    help: Option<Cow<'static, str>>,
    /// What the place lacks, where that is what tells the finding from others of the rule there.
    lacks: Option<String>,
    file: &'a File,
    findings: &'a mut Findings,
}

impl<'a> Out<'a> {
    /// Findings of `rule` in `file` go to `findings`.
    pub(crate) fn new(rule: &'static Rule, file: &'a File, findings: &'a mut Findings) -> Self {
        Self { rule, severity: None, help: None, lacks: None, file, findings }
    }

    /// The same, for findings of `rule`.
    pub(crate) fn of(&mut self, rule: &'static Rule) -> &mut Self {
        self.rule = rule;
        self
    }

    /// The same, to be changed for the next finding.
    fn again(&mut self) -> Out<'_> {
        Out {
            severity: self.severity,
            help: self.help.clone(),
            lacks: self.lacks.clone(),
            rule: self.rule,
            file: self.file,
            findings: self.findings,
        }
    }

    /// The same, with a severity of its own for the next finding.
    pub(crate) fn severity(&mut self, severity: Severity) -> Out<'_> {
        Out { severity: Some(severity), ..self.again() }
    }

    /// The same, with advice of its own for the next finding.
    pub(crate) fn help(&mut self, help: impl Into<Cow<'static, str>>) -> Out<'_> {
        Out { help: Some(help.into()), ..self.again() }
    }

    /// The same, for a finding that something called `name` is not there. There may be several at one place, and what tells
    /// them apart is what is missing.
    pub(crate) fn lacking(&mut self, name: &str) -> Out<'_> {
        let lacks = self.findings.identify.then(|| name.to_owned());
        Out { lacks, ..self.again() }
    }

    /// Reports a value. An object or array is shown by its name (or, without one, by its bracket): a mark under a hundred
    /// lines shows nothing.
    pub(crate) fn at(&mut self, node: Node<'_>, message: impl Into<String>) {
        let span = match node.kind() {
            Kind::Object | Kind::Array => name_or_bracket(node),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => node.span(),
        };
        self.at_span(node, span, message);
    }

    /// Reports the name of a member, whatever its value is.
    pub(crate) fn at_key(&mut self, node: Node<'_>, message: impl Into<String>) {
        self.at_span(node, name_or_bracket(node), message);
    }

    /// As [`Out::at_key`], without showing the line: it holds what must not be repeated in a report. What the node holds is
    /// not shown by other findings either.
    pub(crate) fn at_secret(&mut self, node: Node<'_>, message: impl Into<String>) {
        self.hide(node);
        if self.has_room() {
            let (place, identity) = self.unshown(node, name_or_bracket(node));
            self.push(place, message, identity);
        }
    }

    /// Keeps what the node holds out of the lines that findings show.
    pub(crate) fn hide(&mut self, node: Node<'_>) {
        if self.findings.excerpts {
            self.findings.hidden.add(&self.file.shown, node);
        }
    }

    /// Reports a parameter, as the list has it.
    pub(crate) fn at_parameter(&mut self, parameter: &Parameter<'_>, message: impl Into<String>) {
        self.at_entry(parameter.declared, message);
    }

    /// Reports an entry of a list of parameters, and shows what the parameter is called (of a reference: what it refers to).
    pub(crate) fn at_entry(&mut self, entry: Node<'_>, message: impl Into<String>) {
        if !self.has_room() {
            return;
        }
        let span = name_or_bracket(entry);
        let name = entry.get("$ref").or_else(|| entry.get("name")).filter(|name| name.as_str().is_some());
        let (mut place, identity) = self.unshown(entry, span);
        if self.findings.excerpts {
            let source = entry.document().source();
            place = match name {
                Some(name) => place.shown_by(source, name.span()),
                None => place.shown(source, span),
            };
        }
        self.push(place, message, identity);
    }

    /// Reports what the reader said, with its place and advice.
    pub(crate) fn problem(&mut self, problem: &Problem) {
        let place = problem.place(self.file.shown.clone());
        self.help(problem.help.clone()).at_place(place, problem.message.clone());
    }

    /// Reports `file` (as the user gave it), another than the one that is being looked at.
    pub(crate) fn at_other_file(&mut self, file: impl Into<Arc<str>>, message: impl Into<String>) {
        self.at_place(Place::file(file), message);
    }

    /// Reports the package as a whole.
    pub(crate) fn at_whole(&mut self, package: &Package<'_>, message: impl Into<String>) {
        self.at_place(Place::file(package.path.whole(&package.read.package)), message);
    }

    /// The same, for findings in another file.
    pub(crate) fn in_file<'b>(&'b mut self, file: &'b File) -> Out<'b> {
        Out { file, ..self.again() }
    }

    /// Reports a stretch of a text that is no JSON: the content of the file that is being looked at.
    pub(crate) fn at_text(&mut self, text: &Text, span: Span, message: impl Into<String>) {
        if self.has_room() {
            self.at_place(Place::in_text(self.file.shown.clone(), text, span, ""), message);
        }
    }

    /// Reports a piece of the text that belongs to `node`.
    pub(crate) fn at_span(&mut self, node: Node<'_>, span: Span, message: impl Into<String>) {
        if self.has_room() {
            let (mut place, identity) = self.unshown(node, span);
            if self.findings.excerpts {
                place = place.shown(node.document().source(), span);
            }
            self.push(place, message, identity);
        }
    }

    /// A stretch that belongs to `node`, by its position and the node's pointer, without its line; and what stays the same of
    /// a finding there. That is `None` where nobody asks for it, and where it takes more than the node to tell: these findings
    /// get their identity at last.
    fn unshown(&mut self, node: Node<'_>, span: Span) -> (Place, Option<Box<Identity>>) {
        let (pointer, named) = self.findings.way.to(node);
        let shown = Place::without_excerpt(self.file.shown.clone(), node.document().source(), span, pointer);
        let file = self.file.document.filter(|_| self.findings.identify && node.parent().is_some());
        let named = || identity::place_of(named, self.lacks.as_deref());
        let identity = file.map(|file| Box::new(identity::of(self.rule.id, Cow::Borrowed(file), named())));
        (shown, identity)
    }

    fn has_room(&mut self) -> bool {
        self.findings.has_room(self.rule, self.severity.unwrap_or(self.rule.severity))
    }

    fn at_place(&mut self, place: Place, message: impl Into<String>) {
        if self.has_room() {
            self.push(place, message, None);
        }
    }

    fn push(&mut self, place: Place, message: impl Into<String>, identity: Option<Box<Identity>>) {
        self.findings.push(Finding {
            check: Check::Swagger,
            rule: Cow::Borrowed(self.rule.id),
            severity: self.severity.unwrap_or(self.rule.severity),
            message: message.into(),
            help: self.help.clone().unwrap_or(Cow::Borrowed(self.rule.fix)),
            place,
            identity,
        });
    }
}

/// The name of a member; of what has none the first character.
fn name_or_bracket(node: Node<'_>) -> Span {
    let Span { start, end } = node.span();
    node.key_span().unwrap_or(Span { start, end: start.saturating_add(1).min(end) })
}

/// A piece of foreign text for a message: in backticks, and cut to a length that fits a line.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut characters = text.chars();
    let mut quoted: String = std::iter::once('`').chain(characters.by_ref().take(LONGEST)).collect();
    if characters.next().is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}
