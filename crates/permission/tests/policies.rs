//! The policies against their schema, against the documented roles, and against an independent model on random worlds.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test a panic is the verdict")]

use backshell_model::{
    AppName, Caller, ConnectionId, EnvironmentId, Grantee, GroupId, Membership, OperationId, Role, RoleAssignment,
    Scope, Scopes, Share, Timestamp, TokenId, UserId,
};
use backshell_permission::{Action, Authority, CallTarget, ConnectionFacts, Reason, Resource, World};
use backshell_testkit::SeededRandom;
use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use proptest::prelude::*;

const POLICIES: &str = include_str!("../policies/backshell.cedar");
const SCHEMA: &str = include_str!("../policies/backshell.cedarschema");

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn environment(number: i64) -> EnvironmentId {
    EnvironmentId::generate(Timestamp::from_secs(number), &SeededRandom::new(1))
}

fn connection(number: i64) -> ConnectionId {
    ConnectionId::generate(Timestamp::from_secs(number), &SeededRandom::new(2))
}

fn caller(name: &str, scopes: Scopes, only: Option<EnvironmentId>) -> Caller {
    Caller {
        user: user(name),
        app: AppName::new("test").unwrap(),
        token: TokenId::generate(Timestamp::from_secs(1), &SeededRandom::new(3)),
        scopes,
        environment: only,
        issued_by: None,
    }
}

fn target(connection_number: i64, environment_number: i64) -> CallTarget {
    CallTarget {
        connection: connection(connection_number),
        environment: environment(environment_number),
        operation: OperationId::new("GetItem"),
    }
}

/// Olga owns connection 1 in environment 1; it is shared with Pia and with the group `team`, of which Gerd is a member.
/// Adam is administrator, Paul publisher, Anna auditor.
fn office() -> World {
    let role = |name: &str, role| RoleAssignment { user: user(name), role };
    let share = |grantee| Share {
        connection: connection(1),
        grantee,
        granted_by: user("olga"),
        created_at: Timestamp::from_secs(0),
    };
    World {
        roles: vec![role("adam", Role::Administrator), role("paul", Role::Publisher), role("anna", Role::Auditor)],
        memberships: vec![Membership { group: GroupId::new("team").unwrap(), user: user("gerd") }],
        connections: vec![ConnectionFacts { id: connection(1), environment: environment(1), owner: user("olga") }],
        shares: vec![share(Grantee::User(user("pia"))), share(Grantee::Group(GroupId::new("team").unwrap()))],
    }
}

#[test]
fn every_policy_fits_the_schema_and_has_a_name() {
    let (schema, warnings) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    assert_eq!(warnings.count(), 0);
    let policies: PolicySet = POLICIES.parse().unwrap();
    assert!(policies.policies().all(|policy| policy.annotation("id").is_some()));
    let verdict = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    let complaints: Vec<String> = verdict
        .validation_errors()
        .map(ToString::to_string)
        .chain(verdict.validation_warnings().map(ToString::to_string))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    for action in Action::ALL {
        let uid = format!("Backshell::Action::\"{}\"", action.as_str()).parse().unwrap();
        assert!(schema.actions().any(|known| *known == uid), "{uid} is not in the schema");
    }
}

#[test]
fn calls_of_the_office() {
    let authority = Authority::new(&office()).unwrap();
    for (name, expected) in [
        ("olga", Ok("owner_uses_connection")),
        ("pia", Ok("person_shared_with")),
        ("gerd", Ok("group_shared_with")),
        ("adam", Err("default_deny")),
        ("paul", Err("default_deny")),
        ("anna", Err("default_deny")),
        ("stranger", Err("default_deny")),
    ] {
        // Asked twice: the second answer is the remembered one.
        for _ in 0..2 {
            let answer = authority.permit_call(&caller(name, Scopes::all(), None), &target(1, 1));
            let answer =
                answer.as_ref().map(|permitted| permitted.reason().as_str()).map_err(|denied| denied.reason.as_str());
            assert_eq!(answer, expected, "{name}");
        }
    }
    let permitted = authority.permit_call(&caller("olga", Scopes::all(), None), &target(1, 1)).unwrap();
    assert_eq!((permitted.user(), permitted.connection()), (&user("olga"), connection(1)));
    assert_eq!((permitted.environment(), permitted.operation().as_str()), (environment(1), "GetItem"));
}

#[test]
fn a_token_narrows() {
    let authority = Authority::new(&office()).unwrap();
    let reason = |scopes, only, target: &CallTarget| {
        let denied = authority.permit_call(&caller("olga", scopes, only), target).unwrap_err();
        denied.reason.as_str().to_owned()
    };
    let no_call: Scopes = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Call).collect();
    assert_eq!(reason(no_call, None, &target(1, 1)), Reason::SCOPE_MISSING);
    assert_eq!(reason(Scopes::NONE, None, &target(1, 1)), Reason::SCOPE_MISSING);
    assert_eq!(reason(Scopes::all(), Some(environment(2)), &target(1, 1)), Reason::TOKEN_OTHER_ENVIRONMENT);
    // The connection is not in the environment that is claimed.
    assert_eq!(reason(Scopes::all(), Some(environment(2)), &target(1, 2)), Reason::DEFAULT_DENY);
    assert_eq!(reason(Scopes::all(), None, &target(9, 1)), Reason::DEFAULT_DENY);
    let only_call = Scopes::from_iter([Scope::Call]);
    assert!(authority.permit_call(&caller("olga", only_call, Some(environment(1))), &target(1, 1)).is_ok());
}

#[test]
fn what_the_roles_may_do() {
    use Action as A;
    let authority = Authority::new(&office()).unwrap();
    let may = |name: &str, action, resource: Resource| {
        authority.may(&caller(name, Scopes::all(), None), action, &resource).allowed
    };
    let on_connection = || Resource::Connection(connection(1));
    let in_environment = || Resource::Environment(environment(1));
    for action in [A::ReadConnection, A::ManageConnection, A::ApproveHost] {
        assert!(may("adam", action, on_connection()), "{action:?}");
    }
    assert!(!may("adam", A::Call, on_connection()));
    assert!(!may("adam", A::ShareConnection, on_connection()), "they could share it with themselves");
    for action in [A::ReadConnection, A::ManageConnection, A::ShareConnection] {
        assert!(may("olga", action, on_connection()), "{action:?}");
    }
    assert!(!may("olga", A::ApproveHost, on_connection()));
    for name in ["pia", "gerd"] {
        assert!(may(name, A::ReadConnection, on_connection()));
        for action in [A::ManageConnection, A::ShareConnection, A::ApproveHost] {
            assert!(!may(name, action, on_connection()), "{name} {action:?}");
        }
    }
    for action in [A::PublishConnector, A::ManageAccess, A::ManageEnvironment, A::ReadLedger] {
        assert!(may("adam", action, Resource::Platform), "{action:?}");
        assert!(!may("olga", action, Resource::Platform), "{action:?}");
    }
    assert!(may("paul", A::PublishConnector, Resource::Platform));
    assert!(!may("paul", A::ReadLedger, Resource::Platform));
    assert!(may("anna", A::ReadLedger, Resource::Platform) && may("anna", A::ReadLedger, in_environment()));
    assert!(!may("anna", A::PublishConnector, Resource::Platform));
    assert!(may("stranger", A::ReadConnector, Resource::Platform));
    assert!(may("stranger", A::CreateConnection, in_environment()));
    for action in [A::CreateToken, A::RevokeToken] {
        assert!(may("adam", action, Resource::TokensOf(user("olga"))));
        assert!(may("olga", action, Resource::TokensOf(user("olga"))));
        assert!(!may("olga", action, Resource::TokensOf(user("pia"))));
    }
    let own = |owner: &str| Resource::Connector { slug: "contoso".parse().unwrap(), owner: user(owner) };
    assert!(may("paul", A::PublishConnector, own("paul")) && may("adam", A::PublishConnector, own("paul")));
    assert!(!may("paul", A::PublishConnector, own("pia")), "a publisher publishes into another's connector");
    assert!(!may("olga", A::PublishConnector, own("olga")), "who is no publisher any more publishes no more");
    assert!(
        may("adam", A::PublishAsPlatform, Resource::Platform) && !may("paul", A::PublishAsPlatform, Resource::Platform)
    );
    // An action on something it has no meaning for is denied, not an error.
    assert!(!may("adam", A::PublishConnector, on_connection()));
    assert!(!may("olga", A::ReadConnection, Resource::Connection(connection(9))));
}

#[test]
fn a_token_of_one_environment_changes_nothing_elsewhere() {
    let authority = Authority::new(&office()).unwrap();
    let reason = |only, action, resource: Resource| {
        authority.may(&caller("adam", Scopes::all(), Some(environment(only))), action, &resource).reason
    };
    let elsewhere = Reason::TOKEN_OTHER_ENVIRONMENT;
    assert_eq!(reason(2, Action::ReadConnection, Resource::Connection(connection(1))).as_str(), elsewhere);
    assert_eq!(reason(2, Action::ManageEnvironment, Resource::Environment(environment(1))).as_str(), elsewhere);
    assert_eq!(reason(1, Action::ManageAccess, Resource::Platform).as_str(), elsewhere);
    assert_eq!(reason(1, Action::CreateToken, Resource::TokensOf(user("adam"))).as_str(), elsewhere);
    assert_eq!(
        reason(1, Action::ManageEnvironment, Resource::Environment(environment(1))).as_str(),
        "administrator_manages_environments"
    );
    assert_eq!(reason(1, Action::ReadConnector, Resource::Platform).as_str(), "everyone_reads_connectors");
}

#[test]
fn a_narrow_token_ends_itself_and_no_other() {
    let authority = Authority::new(&office()).unwrap();
    for scopes in [Scopes::NONE, Scopes::from_iter([Scope::Call, Scope::Connectors, Scope::Ledger])] {
        let caller = caller("olga", scopes, Some(environment(1)));
        let revoke = |id, name: &str| {
            let resource = Resource::Token { id, user: user(name) };
            authority.may(&caller, Action::RevokeToken, &resource)
        };
        assert!(revoke(caller.token, "olga").allowed);
        let other = TokenId::generate(Timestamp::from_secs(2), &SeededRandom::new(4));
        assert_eq!(revoke(other, "olga").reason.as_str(), Reason::SCOPE_MISSING);
        let all = authority.may(&caller, Action::RevokeToken, &Resource::TokensOf(user("olga")));
        assert_eq!(all.reason.as_str(), Reason::SCOPE_MISSING);
    }
    let wide = caller("olga", Scopes::from_iter([Scope::Connections]), None);
    let other = TokenId::generate(Timestamp::from_secs(2), &SeededRandom::new(4));
    let revoke = |name: &str| {
        authority.may(&wide, Action::RevokeToken, &Resource::Token { id: other, user: user(name) }).allowed
    };
    assert!(revoke("olga") && !revoke("pia"));
}

const NAMES: [&str; 5] = ["ann", "bob", "cem", "dora", "eve\"::\\"];
const GROUPS: [&str; 3] = ["red", "blue", "administrator"];

/// Numbers instead of names; `world` turns them into facts and `model` answers from them directly.
#[derive(Clone, Debug)]
struct Facts {
    roles: Vec<(usize, usize)>,
    members: Vec<(usize, usize)>,
    owners: Vec<(usize, i64)>,
    shares: Vec<(usize, bool, usize)>,
}

fn facts() -> impl Strategy<Value = Facts> {
    let people = 0..NAMES.len();
    let groups = 0..GROUPS.len();
    (
        prop::collection::vec((people.clone(), 0..3_usize), 0..4),
        prop::collection::vec((groups, people.clone()), 0..6),
        prop::collection::vec((people, 0..2_i64), 1..4),
        prop::collection::vec((0..4_usize, any::<bool>(), 0..3_usize), 0..5),
    )
        .prop_map(|(roles, members, owners, shares)| Facts { roles, members, owners, shares })
}

impl Facts {
    fn world(&self) -> World {
        World {
            roles: self
                .roles
                .iter()
                .map(|(who, role)| RoleAssignment { user: user(NAMES[*who]), role: Role::ALL[*role] })
                .collect(),
            memberships: self
                .members
                .iter()
                .map(|(group, who)| Membership {
                    group: GroupId::new(GROUPS[*group]).unwrap(),
                    user: user(NAMES[*who]),
                })
                .collect(),
            connections: (0..)
                .zip(&self.owners)
                .map(|(number, (owner, home))| ConnectionFacts {
                    id: connection(number),
                    environment: environment(*home),
                    owner: user(NAMES[*owner]),
                })
                .collect(),
            shares: self
                .shares
                .iter()
                .map(|(number, to_group, whom)| Share {
                    connection: connection(i64::try_from(*number).unwrap()),
                    grantee: if *to_group {
                        Grantee::Group(GroupId::new(GROUPS[*whom]).unwrap())
                    } else {
                        Grantee::User(user(NAMES[*whom]))
                    },
                    granted_by: user("somebody"),
                    created_at: Timestamp::from_secs(0),
                })
                .collect(),
        }
    }

    /// The same rules once more, in plain code.
    fn model(&self, who: usize, action: Action, what: Option<usize>, tokens_of: usize) -> bool {
        let has = |role: usize| self.roles.contains(&(who, role));
        let owner = what.and_then(|number| self.owners.get(number)).map(|(owner, _)| *owner);
        let shared = self.shares.iter().any(|(number, to_group, whom)| {
            Some(*number) == what && if *to_group { self.members.contains(&(*whom, who)) } else { *whom == who }
        });
        match action {
            Action::Call => owner == Some(who) || owner.is_some() && shared,
            Action::ReadConnection => owner.is_some() && (owner == Some(who) || shared || has(0)),
            Action::ManageConnection => owner.is_some() && (owner == Some(who) || has(0)),
            Action::ShareConnection => owner == Some(who),
            Action::ApproveHost => owner.is_some() && has(0),
            Action::CreateConnection | Action::ReadEnvironment | Action::ReadConnector => true,
            Action::ManageEnvironment | Action::ManageAccess | Action::PublishAsPlatform => has(0),
            Action::PublishConnector => has(0) || has(1),
            Action::ReadLedger => has(0) || has(2),
            Action::CreateToken | Action::RevokeToken => who == tokens_of || has(0),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agrees_with_the_model(facts in facts(), who in 0..NAMES.len(), number in 0..4_usize, other in 0..NAMES.len()) {
        let authority = Authority::new(&facts.world()).unwrap();
        let someone = caller(NAMES[who], Scopes::all(), None);
        for action in Action::ALL {
            let connection_number = i64::try_from(number).unwrap();
            let resource = match action {
                Action::Call | Action::ReadConnection | Action::ManageConnection | Action::ShareConnection
                | Action::ApproveHost => Resource::Connection(connection(connection_number)),
                Action::CreateConnection | Action::ReadEnvironment => Resource::Environment(environment(0)),
                Action::CreateToken | Action::RevokeToken => Resource::TokensOf(user(NAMES[other])),
                _ => Resource::Platform,
            };
            let expected = facts.model(who, action, Some(number), other);
            prop_assert_eq!(authority.may(&someone, action, &resource).allowed, expected, "{:?}", action);
            if action == Action::Call {
                let home = facts.owners.get(number).map_or(0, |(_, home)| *home);
                for _ in 0..2 {
                    let permitted = authority.permit_call(&someone, &target(connection_number, home));
                    prop_assert_eq!(permitted.is_ok(), expected);
                }
                prop_assert!(authority.permit_call(&someone, &target(connection_number, home + 1)).is_err());
            }
        }
    }
}
