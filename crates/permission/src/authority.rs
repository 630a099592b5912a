//! Decides. Facts about the asking user and the resource are handed to Cedar for each decision; nothing else is, so the
//! cost does not grow with the size of the installation.

use crate::action::{Action, Resource};
use crate::cache::DecisionCache;
use crate::permitted::Permitted;
use crate::reason::Reason;
use backshell_model::{
    Caller, ConnectionId, EnvironmentId, FastMap, Grantee, GroupId, Membership, OperationId, Role, RoleAssignment,
    Share, UserId,
};
use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, RestrictedExpression,
};
use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

/// The built-in policies and Cedar's type names, read once per process: a snapshot is made at every change of facts.
static BUILT_IN: LazyLock<Result<(PolicySet, Names), String>> =
    LazyLock::new(|| Ok((named_policies(include_str!("../policies/backshell.cedar"))?, Names::new()?)));

/// The facts decisions are made from.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Who holds which role.
    pub roles: Vec<RoleAssignment>,
    /// Who belongs to which group.
    pub memberships: Vec<Membership>,
    /// Which connections there are.
    pub connections: Vec<ConnectionFacts>,
    /// With whom they are shared.
    pub shares: Vec<Share>,
}

/// What a decision needs to know about a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// The connection.
    pub id: ConnectionId,
    /// The environment it belongs to.
    pub environment: EnvironmentId,
    /// Who made it.
    pub owner: UserId,
}

/// What somebody wants to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTarget {
    /// Through which connection.
    pub connection: ConnectionId,
    /// The environment the connection is taken to belong to.
    pub environment: EnvironmentId,
    /// The declared operation.
    pub operation: OperationId,
}

/// An answer with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
}

/// The call is not permitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this call is not permitted ({reason}); ask the owner of the connection to share it with you")]
pub struct Denied {
    /// Why, for the record.
    pub reason: Reason,
}

/// The policies that ship with Backshell could not be read: a fault of the program, found by its tests.
#[derive(Debug, thiserror::Error)]
#[error("the built-in policies cannot be used: {0}")]
pub struct PermissionError(String);

/// Policies and facts at one moment. Immutable; a change of facts makes a new one, which also forgets the remembered
/// decisions.
#[derive(Debug)]
pub struct Authority {
    policies: &'static PolicySet,
    authorizer: Authorizer,
    names: &'static Names,
    people: HashMap<UserId, Person>,
    connections: FastMap<ConnectionId, ConnectionNode>,
    calls: DecisionCache,
}

#[derive(Debug, Default)]
struct Person {
    roles: Vec<Role>,
    groups: Vec<GroupId>,
}

#[derive(Debug)]
struct ConnectionNode {
    facts: ConnectionFacts,
    users: Vec<UserId>,
    groups: Vec<GroupId>,
}

impl Authority {
    /// Arranges the facts. Shares of connections that are not in the world are ignored.
    pub fn new(world: &World) -> Result<Self, PermissionError> {
        let mut people: HashMap<UserId, Person> = HashMap::new();
        for assignment in &world.roles {
            people.entry(assignment.user.clone()).or_default().roles.push(assignment.role);
        }
        for membership in &world.memberships {
            people.entry(membership.user.clone()).or_default().groups.push(membership.group.clone());
        }
        let mut connections: FastMap<_, _> = world
            .connections
            .iter()
            .map(|facts| (facts.id, ConnectionNode { facts: facts.clone(), users: Vec::new(), groups: Vec::new() }))
            .collect();
        for share in &world.shares {
            if let Some(node) = connections.get_mut(&share.connection) {
                match &share.grantee {
                    Grantee::User(user) => node.users.push(user.clone()),
                    Grantee::Group(group) => node.groups.push(group.clone()),
                }
            }
        }
        let (policies, names) = BUILT_IN.as_ref().map_err(|error| PermissionError(error.clone()))?;
        let calls = DecisionCache::new();
        Ok(Self { policies, authorizer: Authorizer::new(), names, people, connections, calls })
    }

    /// Permits one call or denies it: the token's scope and environment first, then the policies. The decision of the
    /// policies is remembered per user and connection.
    pub fn permit_call(&self, caller: &Caller, target: &CallTarget) -> Result<Permitted, Denied> {
        if let Some(reason) = narrowed(caller, Action::Call, Some(target.environment)) {
            return Err(Denied { reason });
        }
        let known = self
            .connections
            .get(&target.connection)
            .is_some_and(|connection| connection.facts.environment == target.environment);
        if !known {
            return Err(Denied { reason: Reason::new(Reason::DEFAULT_DENY) });
        }
        let decision = self.calls.get_or(target.connection, &caller.user, || {
            self.ask(&caller.user, Action::Call, &Resource::Connection(target.connection))
        });
        if !decision.allowed {
            return Err(Denied { reason: decision.reason });
        }
        Ok(Permitted {
            user: caller.user.clone(),
            app: caller.app.clone(),
            token: caller.token,
            connection: target.connection,
            environment: target.environment,
            operation: target.operation.clone(),
            reason: decision.reason,
        })
    }

    /// Whether the caller may do something, for the management API.
    pub fn may(&self, caller: &Caller, action: Action, resource: &Resource) -> Decision {
        let environment = match resource {
            Resource::Environment(environment) => Some(*environment),
            Resource::Connection(connection) => self.connections.get(connection).map(|node| node.facts.environment),
            Resource::Platform | Resource::Connector { .. } | Resource::TokensOf(_) | Resource::Token { .. } => None,
        };
        let ends_itself = matches!(resource, Resource::Token { id, .. } if *id == caller.token);
        if action == Action::RevokeToken && ends_itself {
            return self.ask(&caller.user, action, resource);
        }
        match narrowed(caller, action, environment) {
            Some(reason) => Decision { allowed: false, reason },
            None => self.ask(&caller.user, action, resource),
        }
    }

    fn ask(&self, user: &UserId, action: Action, resource: &Resource) -> Decision {
        let denied = |word: &str| Decision { allowed: false, reason: Reason::new(word) };
        let Some((request, entities)) = self.question(user, action, resource) else {
            return denied(Reason::DEFAULT_DENY);
        };
        let response = self.authorizer.is_authorized(&request, self.policies, &entities);
        // Cedar leaves out a policy that fails. Leaving out a `forbid` would permit, so every failure denies.
        if response.diagnostics().errors().next().is_some() {
            return denied(Reason::POLICY_ERROR);
        }
        let mut ids: Vec<&str> = response.diagnostics().reason().map(AsRef::as_ref).collect();
        ids.sort_unstable();
        let reason = if ids.is_empty() { Reason::new(Reason::DEFAULT_DENY) } else { Reason::new(&ids.join(",")) };
        Decision { allowed: response.decision() == CedarDecision::Allow, reason }
    }

    /// The request for Cedar and the entities it needs. `None` when the resource is in no world or cannot be put into
    /// words for Cedar; both are denied.
    fn question(&self, user: &UserId, action: Action, resource: &Resource) -> Option<(Request, Entities)> {
        let names = self.names;
        let principal = names.user(user);
        let person = self.people.get(user);
        let parents: HashSet<EntityUid> = person
            .into_iter()
            .flat_map(|person| {
                let roles = person.roles.iter().map(|role| uid(&names.role, role.as_str()));
                roles.chain(person.groups.iter().map(|group| uid(&names.group, group.as_str())))
            })
            .collect();
        let mut entities: Vec<Entity> = parents.iter().cloned().map(Entity::with_uid).collect();
        entities.push(Entity::new_no_attrs(principal.clone(), parents));
        let (target, attributes) = match resource {
            Resource::Platform => (uid(&names.platform, "backshell"), HashMap::new()),
            Resource::Environment(environment) => (uid(&names.environment, &environment.to_string()), HashMap::new()),
            Resource::Connection(connection) => {
                (uid(&names.connection, &connection.to_string()), self.connection(*connection)?)
            }
            Resource::Connector { slug, owner } => {
                let attribute = RestrictedExpression::new_entity_uid(names.user(owner));
                (uid(&names.connector, slug.as_str()), HashMap::from([("owner".to_owned(), attribute)]))
            }
            Resource::TokensOf(owner) | Resource::Token { user: owner, .. } => {
                let attribute = RestrictedExpression::new_entity_uid(names.user(owner));
                (uid(&names.tokens, owner.as_str()), HashMap::from([("user".to_owned(), attribute)]))
            }
        };
        entities.push(Entity::new(target.clone(), attributes, HashSet::new()).ok()?);
        let action = uid(&names.action, action.as_str());
        let request = Request::new(principal, action, target, Context::empty(), None).ok()?;
        Some((request, Entities::from_entities(entities, None).ok()?))
    }

    fn connection(&self, connection: ConnectionId) -> Option<HashMap<String, RestrictedExpression>> {
        let names = self.names;
        let node = self.connections.get(&connection)?;
        let entity = RestrictedExpression::new_entity_uid;
        let environment = uid(&names.environment, &node.facts.environment.to_string());
        let users = node.users.iter().map(|user| entity(names.user(user)));
        let groups = node.groups.iter().map(|group| entity(uid(&names.group, group.as_str())));
        Some(HashMap::from([
            ("environment".to_owned(), entity(environment)),
            ("owner".to_owned(), entity(names.user(&node.facts.owner))),
            ("users".to_owned(), RestrictedExpression::new_set(users)),
            ("groups".to_owned(), RestrictedExpression::new_set(groups)),
        ]))
    }
}

/// What the token alone forbids: a missing scope, or another environment than its own. A token for one environment
/// does nothing that concerns the whole installation, but that it may see connectors and be revoked.
fn narrowed(caller: &Caller, action: Action, environment: Option<EnvironmentId>) -> Option<Reason> {
    if !action.scopes().iter().any(|scope| caller.scopes.contains(*scope)) {
        return Some(Reason::new(Reason::SCOPE_MISSING));
    }
    let only = caller.environment?;
    let everywhere = matches!(action, Action::ReadConnector | Action::RevokeToken);
    let elsewhere = match environment {
        Some(environment) => environment != only,
        None => !everywhere,
    };
    elsewhere.then(|| Reason::new(Reason::TOKEN_OTHER_ENVIRONMENT))
}

/// The policies under the names that their `@id` annotations give.
fn named_policies(text: &str) -> Result<PolicySet, String> {
    let read = PolicySet::from_str(text).map_err(|error| error.to_string())?;
    let named = read.policies().map(|policy| {
        let id = policy.annotation("id").ok_or_else(|| format!("policy `{}` has no @id", policy.id()))?;
        Ok(policy.new_id(PolicyId::new(id)))
    });
    let named = named.collect::<Result<Vec<_>, String>>()?;
    PolicySet::from_policies(named).map_err(|error| error.to_string())
}

/// Cedar's type names, read once.
#[derive(Debug)]
struct Names {
    action: EntityTypeName,
    connection: EntityTypeName,
    connector: EntityTypeName,
    environment: EntityTypeName,
    group: EntityTypeName,
    platform: EntityTypeName,
    role: EntityTypeName,
    tokens: EntityTypeName,
    user: EntityTypeName,
}

impl Names {
    fn new() -> Result<Self, String> {
        let name = |name: &str| EntityTypeName::from_str(&format!("Backshell::{name}")).map_err(|e| e.to_string());
        Ok(Self {
            action: name("Action")?,
            connection: name("Connection")?,
            connector: name("Connector")?,
            environment: name("Environment")?,
            group: name("Group")?,
            platform: name("Platform")?,
            role: name("Role")?,
            tokens: name("Tokens")?,
            user: name("User")?,
        })
    }

    fn user(&self, user: &UserId) -> EntityUid {
        uid(&self.user, user.as_str())
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
