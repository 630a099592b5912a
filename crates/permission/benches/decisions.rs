//! What a decision about a call costs: the first of a pair of user and connection, and every later one.

#![expect(clippy::expect_used, reason = "a benchmark may fail loudly")]

use backshell_model::{AppName, Caller, ConnectionId, EnvironmentId, OperationId, Scopes, Timestamp, TokenId, UserId};
use backshell_permission::{Authority, CallTarget, ConnectionFacts, World};
use backshell_testkit::SeededRandom;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn decisions(criterion: &mut Criterion) {
    let random = SeededRandom::new(1);
    let now = Timestamp::from_secs(1_800_000_000);
    let environment = EnvironmentId::generate(now, &random);
    let owner = UserId::new("ada@example.com").expect("a user name");
    let connections: Vec<ConnectionFacts> = (0..10_000)
        .map(|_| ConnectionFacts { id: ConnectionId::generate(now, &random), environment, owner: owner.clone() })
        .collect();
    let targets: Vec<CallTarget> = connections
        .iter()
        .map(|facts| CallTarget { connection: facts.id, environment, operation: OperationId::new("GetItem") })
        .collect();
    let world = World { connections, ..World::default() };
    let caller = Caller {
        user: owner,
        app: AppName::new("bench").expect("an app name"),
        token: TokenId::generate(now, &random),
        scopes: Scopes::all(),
        environment: None,
        issued_by: None,
    };
    let authority = Authority::new(&world).expect("the built-in policies");
    let first = targets.first().expect("a target");
    criterion.bench_function("remembered", |bencher| {
        bencher.iter(|| authority.permit_call(black_box(&caller), black_box(first)).is_ok());
    });
    criterion.bench_function("fresh", |bencher| {
        bencher.iter(|| {
            authority.may(
                black_box(&caller),
                backshell_permission::Action::Call,
                &backshell_permission::Resource::Connection(first.connection),
            )
        });
    });
    criterion.bench_function("snapshot of 10,000 connections", |bencher| {
        bencher.iter(|| Authority::new(black_box(&world)).is_ok());
    });
}

criterion_group!(benches, decisions);
criterion_main!(benches);
