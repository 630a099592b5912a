//! From a package to a plan per operation.

use crate::error::TemplateError;
use crate::instance::{Declarations, Instance, InstanceError, declare};
use crate::templates::Step;
use crate::templates::updatenextlink::UpdateNextLink;
use crate::value::Context;
use backshell_model::{FastMap, HostName, OperationId, Scheme, ServiceRoot, SettingName};
use backshell_package::{Operation, Package, ParameterLocation, Swagger};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The instance is wrong; operations it acts on are refused with the reason `policy_invalid`.
    Invalid,
    /// The instance is not executed yet; operations it acts on are refused with the reason `policy_unsupported`.
    Unsupported,
    /// Nothing is refused, but something is probably not meant so.
    Warning,
}

/// Something about a policy that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The instance's place in `policyTemplateInstances`, from 0; `None` for a problem of the definition itself.
    pub index: Option<usize>,
    /// Its template, in lower case; empty for a problem of the definition.
    pub template: String,
    /// How bad it is.
    pub kind: ProblemKind,
    /// What is wrong and what to do.
    pub message: String,
    /// The operations that are refused for it.
    pub operations: Vec<OperationId>,
}

/// What happens to the requests and answers of one operation.
#[derive(Debug)]
pub struct OperationPlan {
    pub(crate) operation: OperationId,
    pub(crate) steps: Vec<Arc<Step>>,
    pub(crate) refusal: Option<TemplateError>,
    start: ServiceRoot,
}

impl OperationPlan {
    /// The operation.
    pub fn operation(&self) -> &OperationId {
        &self.operation
    }

    /// The root with which a request begins, before templates. Where the definition names no usable host (and a template
    /// replaces it for sure), this is a name that exists nowhere.
    pub fn start_root(&self) -> &ServiceRoot {
        &self.start
    }

    /// Whether any template acts on answers. Without one, the call as it came need not be kept for them.
    pub fn acts_on_response(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.as_ref(), Step::SetResponseHeader(_)))
    }

    /// Whether a template reads the bodies of answers. Those are held in memory, within a limit.
    pub fn reads_answers(&self) -> bool {
        self.next_links().next().is_some()
    }

    pub(crate) fn next_links(&self) -> impl Iterator<Item = &UpdateNextLink> {
        self.steps.iter().filter_map(|step| match step.as_ref() {
            Step::UpdateNextLink(step) => Some(step),
            _ => None,
        })
    }

    /// Why the operation cannot be called, if so.
    pub fn refusal(&self) -> Option<&TemplateError> {
        self.refusal.as_ref()
    }
}

/// Where the connections of a package may lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostRoots {
    /// Roots that the certified package names: its own host, constant templates, defaults and closed lists.
    pub certified: Vec<ServiceRoot>,
    /// Further roots that the connection's settings lead to. Each needs an administrator's approval.
    pub to_approve: Vec<ServiceRoot>,
    /// Whether a call can choose among roots: it can choose only what is certified or approved.
    pub chosen_by_call: bool,
}

/// The plans of a package.
#[derive(Debug)]
pub struct TemplateSet {
    plans: FastMap<OperationId, OperationPlan>,
    problems: Vec<TemplateProblem>,
    /// The definition's own root, when some operation uses it.
    definition_root: Option<ServiceRoot>,
}

/// Compiles the policies of a package. Never fails: what cannot be executed is a problem, and the operations it would
/// act on are refused when they are called.
pub fn compile(package: &Package) -> TemplateSet {
    let mut set = TemplateSet { plans: FastMap::default(), problems: Vec::new(), definition_root: None };
    let Some(definition) = package.definition.as_ref() else { return set };
    let swagger = definition.swagger();
    let operations: Vec<(OperationId, Operation<'_>)> =
        swagger.operations().filter_map(|operation| Some((OperationId::new(operation.id()?), operation))).collect();
    let own_root = definition_root(swagger);
    // `example` is reserved (RFC 2606): the name never exists and can never be approved by mistake for a service.
    let nowhere = HostName::parse("no-host-declared.example");
    let Some(start) = own_root.clone().ok().or_else(|| {
        nowhere.ok().map(|host| ServiceRoot { scheme: Scheme::Https, host, port: 443, base_path: "".into() })
    }) else {
        return set;
    };
    for (id, _) in &operations {
        let plan = OperationPlan { operation: id.clone(), steps: Vec::new(), refusal: None, start: start.clone() };
        set.plans.insert(id.clone(), plan);
    }
    let mut declarations = Declarations::new();
    if let Some(properties) = package.properties.as_ref() {
        declare(&mut declarations, &properties.connection_parameters());
        for parameter_set in properties.parameter_sets() {
            declare(&mut declarations, &parameter_set.parameters);
        }
        for policy in properties.policies() {
            set.add(&Instance { policy: &policy, declarations: &declarations }, &operations);
        }
    }
    set.settle_definition_root(own_root);
    set
}

impl TemplateSet {
    /// The plan of an operation; `None` when the package does not declare it.
    pub fn operation(&self, operation: &OperationId) -> Option<&OperationPlan> {
        self.plans.get(operation)
    }

    /// What the package's author should know, in the order of the instances.
    pub fn problems(&self) -> &[TemplateProblem] {
        &self.problems
    }

    /// Where a connection with these settings may lead. Fails when a setting that a host needs is missing or cannot be a
    /// part of a host.
    pub fn host_roots(&self, settings: &BTreeMap<SettingName, String>) -> Result<HostRoots, TemplateError> {
        let context = Context { settings, ..Context::nothing() };
        let mut certified: BTreeSet<ServiceRoot> = self.definition_root.iter().cloned().collect();
        let mut to_approve = BTreeSet::new();
        let mut chosen_by_call = false;
        let mut seen: Vec<*const Step> = Vec::new();
        for step in self.plans.values().flat_map(|plan| &plan.steps) {
            let Step::DynamicHostUrl(template) = step.as_ref() else { continue };
            if seen.contains(&Arc::as_ptr(step)) {
                continue;
            }
            seen.push(Arc::as_ptr(step));
            chosen_by_call |= template.is_chosen_by_call();
            if let Some(lead) = template.lead(&context)? {
                if lead.certified {
                    certified.insert(lead.root)
                } else {
                    to_approve.insert(lead.root)
                };
            }
        }
        to_approve.retain(|root| !certified.contains(root));
        let (certified, to_approve) = (certified.into_iter().collect(), to_approve.into_iter().collect());
        Ok(HostRoots { certified, to_approve, chosen_by_call })
    }

    fn add(&mut self, instance: &Instance<'_>, operations: &[(OperationId, Operation<'_>)]) {
        let policy = instance.policy;
        for listed in &policy.operations {
            if !operations.iter().any(|(id, _)| id.as_str().eq_ignore_ascii_case(listed)) {
                let shown: String = listed.chars().take(80).collect();
                let message = format!("the policy lists `{shown}`, which is no operation; remove it from the list");
                self.problem(instance, ProblemKind::Warning, message, Vec::new());
            }
        }
        let touched = operations.iter().filter(|(id, _)| policy.applies_to(id.as_str()));
        let (kind, message) = match Step::compile(instance) {
            Ok(step) => return self.apply(instance, &Arc::new(step), touched),
            Err(InstanceError::Invalid(message)) => (ProblemKind::Invalid, message),
            Err(InstanceError::Unsupported(message)) => (ProblemKind::Unsupported, message),
        };
        let touched = touched.map(|(id, _)| id.clone()).collect();
        self.problem(instance, kind, message, touched);
    }

    fn apply<'o>(
        &mut self,
        instance: &Instance<'_>,
        step: &Arc<Step>,
        touched: impl Iterator<Item = &'o (OperationId, Operation<'o>)>,
    ) {
        for (id, operation) in touched {
            if let Step::RouteRequestToEndpoint(route) = step.as_ref() {
                let parameters = operation.effective_parameters();
                let declares = |name: &str| {
                    parameters.iter().any(|one| one.location == ParameterLocation::Path && one.name == name)
                };
                let lost = route.path_parameters().find(|name| !declares(name));
                if let Some(lost) = lost {
                    let message = format!("`newPath` names `{{{lost}}}`, which is no path parameter of `{id}`");
                    self.problem(instance, ProblemKind::Invalid, message, vec![id.clone()]);
                    continue;
                }
            }
            if let Some(plan) = self.plans.get_mut(id) {
                plan.steps.push(Arc::clone(step));
            }
        }
    }

    /// Records a problem and refuses the operations it concerns. The first refusal of an operation stays.
    fn problem(&mut self, instance: &Instance<'_>, kind: ProblemKind, message: String, operations: Vec<OperationId>) {
        let detail = format!("policy {} ({}): {message}", instance.policy.index, instance.policy.template_id);
        for operation in &operations {
            if let Some(plan) = self.plans.get_mut(operation) {
                plan.refusal.get_or_insert_with(|| match kind {
                    ProblemKind::Unsupported => TemplateError::unsupported(detail.clone()),
                    ProblemKind::Invalid | ProblemKind::Warning => TemplateError::invalid(detail.clone()),
                });
            }
        }
        let (index, template) = (Some(instance.policy.index), instance.policy.template_id.clone());
        self.problems.push(TemplateProblem { index, template, kind, message, operations });
    }

    /// Keeps the definition's root when an operation uses it. Without a usable one, operations that no template sends
    /// elsewhere are refused.
    fn settle_definition_root(&mut self, own_root: Result<ServiceRoot, String>) {
        let moved = |plan: &OperationPlan| plan.steps.iter().any(|step| matches!(**step, Step::DynamicHostUrl(_)));
        let mut staying: Vec<_> = self.plans.values_mut().filter(|plan| !moved(plan)).collect();
        if staying.is_empty() {
            return;
        }
        match own_root {
            Ok(root) => self.definition_root = Some(root),
            Err(message) => {
                for plan in &mut staying {
                    plan.refusal.get_or_insert_with(|| TemplateError::invalid(message.clone()));
                }
                let mut operations: Vec<_> = staying.iter().map(|plan| plan.operation.clone()).collect();
                operations.sort_unstable();
                let template = String::new();
                let kind = ProblemKind::Invalid;
                self.problems.push(TemplateProblem { index: None, template, kind, message, operations });
            }
        }
    }
}

/// The root that the definition's `host` and `basePath` name. It is reached over https whatever `schemes` says.
fn definition_root(swagger: Swagger<'_>) -> Result<ServiceRoot, String> {
    let host = swagger.host().unwrap_or_default();
    let base_path = swagger.base_path().unwrap_or_default().trim_start_matches('/');
    if host.contains(['/', '?', '#']) {
        return Err("the definition's `host` must be a host name alone".to_owned());
    }
    ServiceRoot::parse(&format!("https://{host}/{base_path}"))
        .map_err(|error| format!("the definition's `host` and `basePath` cannot be used: {error}"))
}
