//! Connectors and versions.

use super::samples::{at, publication, user};
use super::{bumps, two};
use backshell_model::{Connector, Infrastructure, PackageDigest, PublisherKind, Verdict, Version, VersionState};
use backshell_store::{Conflict, Limit, Noun, Publication, Published, Store, StoreError, VersionSummary};

fn as_version(publication: &Publication, number: u32) -> Version {
    Version {
        connector: publication.connector.slug.clone(),
        digest: publication.digest,
        label: publication.label.clone(),
        number,
        verdict: publication.verdict,
        report: publication.report.clone(),
        files: publication.files.clone(),
        state: VersionState::Published,
        published_at: publication.published_at,
    }
}

fn as_summary(publication: &Publication, number: u32) -> VersionSummary {
    VersionSummary {
        connector: publication.connector.slug.clone(),
        digest: publication.digest,
        label: publication.label.clone(),
        number,
        verdict: publication.verdict,
        state: VersionState::Published,
        published_at: publication.published_at,
    }
}

pub(crate) async fn publishing(store: &dyn Store) {
    let first = publication("contoso", 1);
    let slug = &first.connector.slug;
    assert_eq!(store.connector(slug).await, Err(StoreError::NotFound(Noun::Connector)));
    assert_eq!(store.version(slug, first.digest).await, Err(StoreError::NotFound(Noun::Version)));
    assert_eq!(store.current_version(slug).await, Err(StoreError::NotFound(Noun::Version)));
    let done = bumps(store, store.publish(&first)).await;
    assert_eq!(done, (Ok(Published { number: 1, created: true }), true));
    assert_eq!(store.connector(slug).await.unwrap(), first.connector);
    assert_eq!(store.version(slug, first.digest).await.unwrap(), as_version(&first, 1));

    let mut second = publication("contoso", 2);
    second.connector.publisher = "Fabrikam".to_owned();
    assert_eq!(store.publish(&second).await.unwrap(), Published { number: 2, created: true });
    assert_eq!(store.current_version(slug).await.unwrap(), as_version(&second, 2));
    let mut expected = second.connector.clone();
    expected.title.clone_from(&first.connector.title);
    expected.created_at = first.connector.created_at;
    assert_eq!(store.connector(slug).await.unwrap(), expected, "title and time of making are the first version's");

    let elsewhere = publication("fabrikam", 1);
    assert_eq!(store.publish(&elsewhere).await.unwrap(), Published { number: 1, created: true });
}

pub(crate) async fn publication_is_idempotent(store: &dyn Store) {
    let first = publication("contoso", 1);
    store.publish(&first).await.unwrap();
    store.publish(&publication("contoso", 2)).await.unwrap();
    let mut again = first.clone();
    again.connector.publisher = "Somebody else".to_owned();
    again.published_at = at(50);
    let done = bumps(store, store.publish(&again)).await;
    assert_eq!(done, (Ok(Published { number: 1, created: false }), false));
    let slug = &first.connector.slug;
    assert_eq!(store.version(slug, first.digest).await.unwrap(), as_version(&first, 1));
    assert_eq!(store.connector(slug).await.unwrap().publisher, "Contoso");
    assert_eq!(store.versions(slug, 0, two()).await.unwrap().len(), 2);
}

pub(crate) async fn a_connector_stays_what_it_is(store: &dyn Store) {
    let first = publication("contoso", 1);
    store.publish(&first).await.unwrap();
    let changes: [fn(&mut Connector); 3] = [
        |connector| connector.owner = user("mallory@contoso.example"),
        |connector| connector.publisher_kind = PublisherKind::Platform,
        |connector| connector.infrastructure = Infrastructure::Internal,
    ];
    for change in changes {
        // Also with bytes that are known: they are answered for the same connector only.
        for number in [1, 2] {
            let mut other = publication("contoso", number);
            change(&mut other.connector);
            let refused = bumps(store, store.publish(&other)).await;
            assert_eq!(refused, (Err(Conflict::OtherConnector.into()), false));
        }
    }
    let slug = &first.connector.slug;
    assert_eq!(store.connector(slug).await.unwrap(), first.connector);
    assert_eq!(store.versions(slug, 0, two()).await.unwrap().len(), 1);
}

pub(crate) async fn withdrawal(store: &dyn Store) {
    let (first, second) = (publication("contoso", 1), publication("contoso", 2));
    let slug = &first.connector.slug;
    store.publish(&first).await.unwrap();
    store.publish(&second).await.unwrap();
    let withdraw = || store.set_version_state(slug, second.digest, VersionState::Withdrawn);
    assert_eq!(bumps(store, withdraw()).await, (Ok(true), true));
    assert_eq!(bumps(store, withdraw()).await, (Ok(false), false));
    assert_eq!(store.version(slug, second.digest).await.unwrap().state, VersionState::Withdrawn);
    assert_eq!(store.current_version(slug).await.unwrap().number, 1);
    assert_eq!(store.publish(&second).await, Err(Conflict::Withdrawn.into()));
    let third = store.publish(&publication("contoso", 3)).await.unwrap();
    assert_eq!(third.number, 3, "numbers are not used twice");
    assert_eq!(store.set_version_state(slug, second.digest, VersionState::Published).await, Ok(true));
    assert_eq!(store.publish(&second).await, Ok(Published { number: 2, created: false }));
    let unknown = store.set_version_state(slug, PackageDigest([9; 32]), VersionState::Withdrawn).await;
    assert_eq!(unknown, Err(StoreError::NotFound(Noun::Version)));
}

pub(crate) async fn completed_reports(store: &dyn Store) {
    let (first, second) = (publication("contoso", 1), publication("contoso", 2));
    let slug = &first.connector.slug;
    for (one, report) in [(&first, "{\"a\": \"pending\"}"), (&second, "{}")] {
        store.publish(&Publication { report: report.into(), ..one.clone() }).await.unwrap();
    }
    let pending = async |since| store.versions_with("\"pending\"", since, Limit::MAX).await.unwrap();
    let found = [(slug.clone(), first.digest)];
    assert_eq!(pending(at(0)).await, found);
    assert_eq!(pending(first.published_at).await, found);
    assert_eq!(pending(first.published_at.plus_secs(1)).await, []);
    let complete = async |before: &str| {
        let report = "{\"a\": \"done\"}";
        store.complete_report(slug, first.digest, before, report, Verdict::Refused).await
    };
    assert_eq!(complete("{}").await, Ok(false), "somebody else was faster");
    let done = bumps(store, complete("{\"a\": \"pending\"}")).await;
    assert_eq!(done, (Ok(true), true));
    let version = store.version(slug, first.digest).await.unwrap();
    assert_eq!((&*version.report, version.verdict), ("{\"a\": \"done\"}", Verdict::Refused));
    assert_eq!(version.state, VersionState::Published, "whether it may be called is somebody else's to say");
    assert_eq!(pending(at(0)).await, []);
    // What was withdrawn is not completed any more.
    store.set_version_state(slug, second.digest, VersionState::Withdrawn).await.unwrap();
    assert_eq!(store.versions_with("{", at(0), Limit::MAX).await.unwrap(), found);
    let late = store.complete_report(slug, second.digest, "{}", "{\"a\": 1}", Verdict::Certified).await;
    assert_eq!(late, Ok(false));
    let version = store.version(slug, second.digest).await.unwrap();
    assert_eq!((&*version.report, version.verdict), ("{}", second.verdict));
}

pub(crate) async fn catalogue_lists(store: &dyn Store) {
    for slug in ["aa", "bb", "cc"] {
        store.publish(&publication(slug, 1)).await.unwrap();
    }
    let slugs = |page: Vec<backshell_model::Connector>| page.iter().map(|one| one.slug.to_string()).collect::<Vec<_>>();
    assert_eq!(slugs(store.connectors(None, two()).await.unwrap()), ["aa", "bb"]);
    let last = "bb".parse().unwrap();
    assert_eq!(slugs(store.connectors(Some(&last), two()).await.unwrap()), ["cc"]);
    let all = [1, 2, 3].map(|number| publication("aa", number));
    store.publish(&all[1]).await.unwrap();
    store.publish(&all[2]).await.unwrap();
    let slug = &all[0].connector.slug;
    let page = store.versions(slug, 0, two()).await.unwrap();
    assert_eq!(page, [as_summary(&all[0], 1), as_summary(&all[1], 2)]);
    assert_eq!(store.versions(slug, 2, two()).await.unwrap(), [as_summary(&all[2], 3)]);
}
