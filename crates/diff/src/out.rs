//! Where checks report.

use crate::Options;
use crate::check::{Check, Verdict};
use crate::view::{Operation, PackagePair};
use backshell_source::{Node, escape_token};
use std::rc::Rc;

/// How many breaking changes, and how many others, are kept: a hostile pair must not fill the memory.
const MOST_CHANGES: usize = 10_000;

/// Whom and what a change concerns, as far as it is known while it is reported.
#[derive(Clone)]
pub(crate) enum Scope<'d> {
    /// The connector as a whole.
    Package,
    /// These operations.
    Operations(Vec<Rc<Operation<'d>>>),
    /// Whoever reaches this pair of schemas.
    Pair(usize),
}

/// A change as it was reported.
pub(crate) struct Raw<'d> {
    pub(crate) check: &'static Check,
    pub(crate) verdict: Verdict,
    pub(crate) message: String,
    pub(crate) old: Option<Node<'d>>,
    pub(crate) new: Option<Node<'d>>,
    /// Whole files, where there are no values to show.
    pub(crate) files: (Option<String>, Option<String>),
    pub(crate) scope: Scope<'d>,
    /// The place by names, below the operation or pair.
    pub(crate) locus: String,
    /// The names that lead to the thing that was looked at; [`Raw::locus`] begins with them.
    pub(crate) base: String,
    /// The values that changed.
    pub(crate) values: Option<(String, String)>,
    /// The old one of the two things that were looked at.
    pub(crate) subject: Option<Node<'d>>,
}

/// Takes the changes of the checks.
pub(crate) struct Out<'a, 'd> {
    package: &'a PackagePair<'d>,
    options: &'a Options,
    raws: Vec<Raw<'d>>,
    /// How many of them break.
    breaking: usize,
    full: Full,
    scope: Scope<'d>,
    locus: String,
    own: Vec<Node<'d>>,
}

/// What was left out because there was too much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Full {
    /// Breaking changes.
    pub(crate) of_breaking: bool,
    /// Others.
    pub(crate) of_others: bool,
}

/// A change that has just been reported, to say more about it.
pub(crate) struct Entry<'o, 'd>(Option<&'o mut Raw<'d>>);

impl<'a, 'd> Out<'a, 'd> {
    /// Nothing reported yet.
    pub(crate) fn new(package: &'a PackagePair<'d>, options: &'a Options) -> Self {
        Self {
            package,
            options,
            raws: Vec::new(),
            breaking: 0,
            full: Full::default(),
            scope: Scope::Package,
            locus: String::new(),
            own: Vec::new(),
        }
    }

    /// The two packages.
    pub(crate) fn package(&self) -> &'a PackagePair<'d> {
        self.package
    }

    /// How the versions are compared.
    pub(crate) fn options(&self) -> &'a Options {
        self.options
    }

    /// From now on changes concern `scope`; `locus` leads there by names, and `own` are the values that are the place
    /// itself.
    pub(crate) fn enter(&mut self, scope: Scope<'d>, locus: &str, own: impl IntoIterator<Item = Node<'d>>) {
        self.scope = scope;
        locus.clone_into(&mut self.locus);
        self.own.clear();
        self.own.extend(own);
    }

    /// Reports something that is in the old version only.
    pub(crate) fn removed(
        &mut self,
        check: &'static Check,
        old: Node<'d>,
        message: impl Into<String>,
    ) -> Entry<'_, 'd> {
        self.report((check, check.verdict), Some(old), Some(old), None, message.into())
    }

    /// Reports something that is in the new version only.
    pub(crate) fn added(&mut self, check: &'static Check, new: Node<'d>, message: impl Into<String>) -> Entry<'_, 'd> {
        self.report((check, check.verdict), Some(new), None, Some(new), message.into())
    }

    /// Reports something that differs. Where one side does not say it, give what should have said it.
    pub(crate) fn changed(
        &mut self,
        check: &'static Check,
        old: Node<'d>,
        new: Node<'d>,
        message: impl Into<String>,
    ) -> Entry<'_, 'd> {
        // The more telling of the two: a member that was added or removed has a place of its own on one side only.
        let named = if self.own.contains(&new) { old } else { new };
        self.report((check, check.verdict), Some(named), Some(old), Some(new), message.into())
    }

    /// The same with another verdict than the check's own.
    pub(crate) fn changed_as(
        &mut self,
        check: &'static Check,
        verdict: Verdict,
        (old, new): (Node<'d>, Node<'d>),
        message: impl Into<String>,
    ) -> Entry<'_, 'd> {
        let named = if self.own.contains(&new) { old } else { new };
        self.report((check, verdict), Some(named), Some(old), Some(new), message.into())
    }

    /// Reports whole files, by their names in the packages.
    pub(crate) fn files(
        &mut self,
        check: &'static Check,
        (old, new): (Option<&str>, Option<&str>),
        message: impl Into<String>,
    ) -> Entry<'_, 'd> {
        let files = (old.map(|file| self.package.old.shown(file)), new.map(|file| self.package.new.shown(file)));
        let locus = old.or(new).unwrap_or_default().to_owned();
        let Entry(raw) = self.report((check, check.verdict), None, None, None, message.into());
        let mut entry = Entry(raw);
        if let Some(raw) = &mut entry.0 {
            raw.files = files;
            raw.locus = locus;
        }
        entry
    }

    /// How many changes there are so far.
    pub(crate) fn len(&self) -> usize {
        self.raws.len()
    }

    /// The changes from the one with this number on, to be reported as something else.
    pub(crate) fn since(&mut self, first: usize) -> &mut [Raw<'d>] {
        self.raws.get_mut(first..).unwrap_or_default()
    }

    /// Forgets changes from the one with this number on.
    pub(crate) fn forget(&mut self, first: usize, forget: impl Fn(&Raw<'d>) -> bool) {
        let mut index = 0;
        self.raws.retain(|raw| {
            index += 1;
            index <= first || !forget(raw)
        });
        // What is forgotten makes room again.
        self.breaking = self.raws.iter().filter(|raw| raw.verdict == Verdict::Breaking).count();
    }

    /// The changes, and what there was too much of.
    pub(crate) fn into_changes(self) -> (Vec<Raw<'d>>, Full) {
        (self.raws, self.full)
    }

    fn report(
        &mut self,
        (check, verdict): (&'static Check, Verdict),
        named: Option<Node<'d>>,
        old: Option<Node<'d>>,
        new: Option<Node<'d>>,
        message: String,
    ) -> Entry<'_, 'd> {
        let is_breaking = verdict == Verdict::Breaking;
        let taken = if is_breaking { self.breaking } else { self.raws.len().saturating_sub(self.breaking) };
        if check.is_silent && !self.options.list_silent {
            return Entry(None);
        }
        if taken >= MOST_CHANGES {
            let full = if is_breaking { &mut self.full.of_breaking } else { &mut self.full.of_others };
            *full = true;
            return Entry(None);
        }
        self.breaking += usize::from(is_breaking);
        let name = named.filter(|node| !self.own.contains(node)).map(|node| self.name(node)).unwrap_or_default();
        let locus = [self.locus.as_str(), &name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        self.raws.push(Raw {
            check,
            verdict,
            message,
            old,
            new,
            files: (None, None),
            scope: self.scope.clone(),
            locus: locus.join("/"),
            base: self.locus.clone(),
            values: None,
            subject: self.own.first().copied(),
        });
        Entry(self.raws.last_mut())
    }

    /// The name that a value goes by: its key, its `name`, or for the package as a whole the way to it.
    fn name(&self, node: Node<'d>) -> String {
        if matches!(self.scope, Scope::Package) && self.locus.is_empty() {
            return node.pointer();
        }
        let named = || node.get("name").and_then(Node::as_str);
        let name = node.key().or_else(named).unwrap_or_default();
        match self.scope {
            // A property may have a slash in its name, as the ways to schemas write it.
            Scope::Pair(_) => escape_token(name).into_owned(),
            Scope::Package | Scope::Operations(_) => name.to_owned(),
        }
    }
}

impl<'d> Entry<'_, 'd> {
    /// Concerning this operation, too.
    pub(crate) fn of(mut self, operation: &Rc<Operation<'d>>) -> Self {
        if let Some(raw) = &mut self.0 {
            match &mut raw.scope {
                Scope::Operations(operations) => operations.push(Rc::clone(operation)),
                Scope::Package => {
                    raw.scope = Scope::Operations(vec![Rc::clone(operation)]);
                    raw.locus.clear();
                    raw.base.clear();
                }
                Scope::Pair(_) => {}
            }
        }
        self
    }

    /// With this place by names instead of the name of the value. For lists, whose items have none. It lies below the thing
    /// that was looked at, whether it repeats the names that lead there or not: without them, equal changes of two
    /// parameters would have one fingerprint.
    pub(crate) fn at(mut self, locus: impl Into<String>) -> Self {
        if let Some(raw) = &mut self.0 {
            let locus = locus.into();
            let rest = locus.strip_prefix(raw.base.as_str());
            let is_whole = rest.is_some_and(|rest| raw.base.is_empty() || rest.is_empty() || rest.starts_with('/'));
            raw.locus = if is_whole { locus } else { format!("{}/{locus}", raw.base) };
        }
        self
    }

    /// With these values in the fingerprint instead of the scalar values of the two places.
    pub(crate) fn values(mut self, old: impl Into<String>, new: impl Into<String>) -> Self {
        if let Some(raw) = &mut self.0 {
            raw.values = Some((old.into(), new.into()));
        }
        self
    }
}

/// A piece of foreign text for a message: in backticks, of which it has none itself then, and cut to a length that fits a line.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |character| if character == '`' { '\'' } else { character };
    let mut characters = text.chars();
    let mut quoted: String = std::iter::once('`').chain(characters.by_ref().take(LONGEST).map(plain)).collect();
    if characters.next().is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}
