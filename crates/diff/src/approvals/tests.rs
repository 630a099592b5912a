use super::*;
use crate::change::{Earlier, Outcome, SuggestedVersion};
use crate::check::{Direction, Object};

const NOW: Timestamp = Timestamp::from_secs(1_767_225_600); // 2026-01-01

fn change(id: &'static str, operations: &[&str], rest: &str, fingerprint: &str) -> Change {
    // Checks of the real list where there are, so that entries can name them.
    let check = crate::check(id).unwrap_or_else(|| {
        let check =
            Check { id, object: Object::Host, direction: Direction::Both, verdict: Verdict::Breaking, ..Check::BASE };
        Box::leak(Box::new(check))
    });
    let first = operations.first().copied().unwrap_or_default();
    let locus = [first, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    Change {
        check,
        verdict: check.verdict,
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
        method: None,
        path: None,
        message: "changed".to_owned(),
        help: String::new(),
        fingerprint: fingerprint.to_owned(),
        locus,
        old: Some(Place::file("old")),
        new: None,
        approval: None,
        against: Vec::new(),
        impact: None,
        anchor: None,
        places: Vec::new(),
    }
}

fn comparison(changes: Vec<Change>) -> Comparison {
    Comparison {
        outcome: Outcome::of(&changes),
        suggested_version: SuggestedVersion::Major,
        changes,
        findings: Vec::new(),
        notices: Vec::new(),
        earlier: vec![Earlier { name: "old".to_owned(), version: Some("1.4".to_owned()) }],
        new_version: Some("2.0".to_owned()),
    }
}

/// An entry with what all entries say.
fn entry(keys: &str) -> String {
    format!("[[approval]]\n{keys}\nreason = \"r\"\napprover = \"a\"\nexpires = 2027-06-30\n")
}

fn run(text: &str, changes: Vec<Change>) -> (Vec<bool>, Vec<NoticeKind>, Outcome) {
    let approvals = Approvals::parse("approvals.toml", text).unwrap();
    let mut comparison = comparison(changes);
    let before = comparison.outcome;
    approve(&mut comparison, &approvals, NOW);
    let notices = &comparison.notices;
    assert_eq!(comparison.outcome, before, "approvals leave the outcome as it is");
    let approved = comparison.changes.iter().map(Change::is_approved).collect();
    (approved, notices.iter().map(|notice| notice.kind).collect(), comparison.unapproved())
}

/// The only notice.
fn told(text: &str, changes: Vec<Change>) -> String {
    let mut comparison = comparison(changes);
    approve(&mut comparison, &Approvals::parse("approvals.toml", text).unwrap(), NOW);
    let [notice] = comparison.notices.as_slice() else { panic!("{:?}", comparison.notices) };
    notice.to_string()
}

fn by_place(place: &str) -> String {
    entry(&format!("check = \"parameter-removed\"\nplace = \"{place}\""))
}

const PRINT: &str = "0123456789abcdef";

#[test]
fn a_fingerprint_approves_its_change_alone() {
    let changes = || vec![change("parameter-removed", &["GetItem"], "parameters/query/a", PRINT)];
    let text = entry(&format!("fingerprint = \"{}\"", PRINT.to_uppercase()));
    assert_eq!(run(&text, changes()), (vec![true], vec![], Outcome::Compatible));
    let mut two = changes();
    two.push(change("parameter-removed", &["GetItem"], "parameters/query/b", "fedcba9876543210"));
    assert_eq!(run(&text, two), (vec![true, false], vec![], Outcome::Breaking));
}

#[test]
fn a_check_and_a_place_approve_what_fits_both() {
    let changes = |id| vec![change(id, &["GetItem"], "parameters/query/limit", PRINT)];
    for (place, expected) in [
        ("GetItem/parameters/query/limit", true),
        ("GetItem/parameters/query/lim*", true),
        ("**", true),
        ("*/parameters/**", true),
        ("GetItems/**", false),
        ("GetItem", false),
    ] {
        let notices = if expected { vec![] } else { vec![NoticeKind::ApprovalStale] };
        let outcome = if expected { Outcome::Compatible } else { Outcome::Breaking };
        assert_eq!(run(&by_place(place), changes("parameter-removed")), (vec![expected], notices, outcome), "{place}");
        assert_eq!(run(&by_place(place), changes("parameter-renamed")).0, [false], "{place}");
    }
}

#[test]
fn every_operation_of_a_shared_cause_must_be_covered() {
    let changes = || vec![change("parameter-removed", &["GetItem", "get /items/x"], "parameters/query/limit", PRINT)];
    let half = (vec![false], vec![NoticeKind::ApprovalPartial], Outcome::Breaking);
    assert_eq!(run(&by_place("GetItem/**"), changes()), half);
    let told = told(&by_place("GetItem/**"), changes());
    assert!(told.contains("nothing covers `get /items/x/parameters/query/limit`"), "{told}");
    let both = by_place("GetItem/**") + &by_place("get /items/x/parameters/query/limit");
    assert_eq!(run(&both, changes()), (vec![true], vec![], Outcome::Compatible));
    assert!(run(&entry(&format!("fingerprint = \"{PRINT}\"")), changes()).0[0]);
}

#[test]
fn the_connector_as_a_whole_has_a_place_without_operation() {
    let changes = || vec![change("parameter-removed", &[], "security/key", PRINT)];
    assert_eq!(run(&by_place("security/*"), changes()).0, [true]);
    assert_eq!(run(&by_place("GetItem/**"), changes()).0, [false]);
    assert_eq!(run(&by_place(""), vec![change("parameter-removed", &[], "", PRINT)]).0, [true]);
}

#[test]
fn expired_entries_do_not_count_and_are_told() {
    let changes = || vec![change("parameter-removed", &["GetItem"], "parameters/query/limit", PRINT)];
    let expired = by_place("**").replace("2027-06-30", "2025-12-31");
    assert_eq!(run(&expired, changes()), (vec![false], vec![NoticeKind::ApprovalExpired], Outcome::Breaking));
    let last_day = by_place("**").replace("2027-06-30", "2026-01-01");
    assert_eq!(run(&last_day, changes()), (vec![true], vec![], Outcome::Compatible));
}

#[test]
fn compatible_changes_need_no_approval() {
    let text = entry("check = \"operation-added\"\nplace = \"**\"");
    let added = vec![change("operation-added", &["GetItem"], "", PRINT)];
    assert_eq!(run(&text, added), (vec![false], vec![NoticeKind::ApprovalStale], Outcome::Compatible));
}

#[test]
fn a_pair_of_versions_limits_an_entry() {
    let changes = || vec![change("parameter-removed", &["GetItem"], "parameters/query/limit", PRINT)];
    for (pair, expected) in [
        ("from = \"1.4\"\nto = \"2.0\"", true),
        ("to = \"2.0\"", true),
        ("from = \"1.3\"", false),
        ("to = \"2.1\"", false),
    ] {
        let text = by_place("**") + pair;
        let (approved, notices, _) = run(&text, changes());
        assert_eq!(approved, [expected], "{pair}");
        let expected = if expected { vec![] } else { vec![NoticeKind::ApprovalOfOtherVersions] };
        assert_eq!(notices, expected, "{pair}");
    }
    let told = told(&(by_place("**") + "to = \"2.1\""), changes());
    assert!(told.contains("to `2.1`, and this is one from `1.4` to `2.0`"), "{told}");
}

#[test]
fn operations_that_reach_a_schema_by_other_ways_have_other_places() {
    let changes = || {
        let mut change = change("response-property-removed", &["GetItem", "ListItems"], "responses/200/id", PRINT);
        let place = |operation: &str, rest: &str| crate::OperationPlace {
            operation: operation.to_owned(),
            rest: rest.to_owned(),
        };
        change.places = vec![place("GetItem", "responses/200/id"), place("ListItems", "responses/200/value/[]/id")];
        vec![change]
    };
    let entry = |place: &str| entry(&format!("check = \"response-property-removed\"\nplace = \"{place}\""));
    assert_eq!(
        run(&(entry("GetItem/responses/200/id") + &entry("ListItems/responses/200/value/[]/id")), changes()).0,
        [true]
    );
    assert_eq!(run(&entry("*/responses/200/id"), changes()).0, [false]);
    let told = told(&entry("*/responses/200/id"), changes());
    assert!(told.contains("nothing covers `ListItems/responses/200/value/[]/id`"), "{told}");
}

#[test]
fn who_accepts_a_change_and_why_is_kept() {
    let mut comparison = comparison(vec![change("parameter-removed", &["A"], "parameters/query/x", PRINT)]);
    approve(&mut comparison, &Approvals::parse("x", &by_place("A/**")).unwrap(), NOW);
    let approval = Approval { reason: "r".to_owned(), approver: "a".to_owned() };
    assert_eq!(comparison.changes[0].approval, Some(approval));
}

#[test]
fn too_many_entries_and_changes_approve_nothing_more() {
    let mut text = String::new();
    for number in 0..1_500 {
        text += &by_place(&format!("A/parameters/query/{number}/**"));
    }
    let changes = (0..1_500).map(|_| change("parameter-removed", &["A"], "parameters/query/x", PRINT)).collect();
    let (approved, notices, outcome) = run(&text, changes);
    assert!(!approved.contains(&true) && outcome == Outcome::Breaking);
    assert_eq!(notices.last(), Some(&NoticeKind::ApprovalCut));
}

#[test]
fn every_earlier_version_must_be_covered() {
    let approvals = |text: &str| Approvals::parse("x", text).unwrap();
    let of = |from: &str| format!("{}from = \"{from}\"\n", by_place("**"));
    for (text, against, expected) in [
        (of("1.4"), vec![], false),
        (of("1.4"), vec![0], true),
        (of("1.4"), vec![1], false),
        (of("1.4") + &of("1.3"), vec![], true),
        (by_place("**"), vec![], true),
    ] {
        let mut comparison = comparison(vec![change("parameter-removed", &["A"], "parameters/query/x", PRINT)]);
        comparison.earlier.push(Earlier { name: "older".to_owned(), version: Some("1.3".to_owned()) });
        comparison.changes[0].against.clone_from(&against);
        approve(&mut comparison, &approvals(&text), NOW);
        assert_eq!(comparison.changes[0].is_approved(), expected, "{text} against {against:?}");
    }
}

#[test]
fn what_the_publisher_alone_must_not_decide_is_refused() {
    for id in [
        "auth-kind-changed",
        "connection-parameter-secure-to-plain",
        "policy-secret-forwarded",
        "host-region-changed",
        "host-changed",
        "auth-oauth-url-changed",
        "connection-oauth-endpoint-changed",
        "scheme-https-removed",
    ] {
        let text = entry(&format!("fingerprint = \"{PRINT}\""));
        let result = run(&text, vec![change(id, &[], "host", PRINT)]);
        assert_eq!(result, (vec![false], vec![NoticeKind::ApprovalRefused], Outcome::Breaking), "{id}");
        // By its check it is refused as well, whether such a change is there or not; other entries go on counting.
        let by_check = entry(&format!("check = \"{id}\"\nplace = \"**\""));
        let result = run(&by_check, vec![change(id, &[], "host", PRINT)]);
        assert_eq!(result, (vec![false], vec![NoticeKind::ApprovalRefused], Outcome::Breaking), "{id}");
        assert!(told(&by_check, vec![]).contains("by the publisher alone"), "{id}");
        let other = vec![change("parameter-removed", &["A"], "parameters/query/x", PRINT)];
        assert_eq!(run(&(by_check + &by_place("A/**")), other).0, [true]);
    }
}

#[test]
fn many_comparisons_share_one_file() {
    let approvals = Approvals::parse("x", &(by_place("A/**") + &by_place("B/**") + &by_place("C/**"))).unwrap();
    let mut seen = Seen::default();
    for name in ["A", "B"] {
        let mut comparison = comparison(vec![change("parameter-removed", &[name], "parameters/query/x", PRINT)]);
        approvals.apply(&mut comparison, NOW, &mut seen);
        assert_eq!(comparison.unapproved(), Outcome::Compatible);
    }
    let notices = approvals.notices(&seen, NOW);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(
        notice.to_string(),
        "x:14:9: no change is left that the approval of `parameter-removed` at `C/**` is about; remove the entry: it would \
         hide the next such change"
    );
    assert_eq!(backshell_findings::Finding::from(notice).rule, "approval-stale");
}

#[test]
fn entries_that_just_miss_are_led_to_what_they_mean() {
    let changes = || vec![change("parameter-removed", &["GetItem"], "parameters/query/limit", PRINT)];
    let slip = told(&entry("fingerprint = \"0123456789abcdfe\""), changes());
    assert!(slip.ends_with("did you mean `0123456789abcdef`?"), "{slip}");
    let other = told(&entry("fingerprint = \"ffffffffffffffff\""), changes());
    assert!(other.ends_with("it would hide the next such change"), "{other}");
    let beside = told(&by_place("GetItem/parameters/query/limits"), changes());
    assert!(beside.contains("such a change is at `GetItem/parameters/query/limit`"), "{beside}");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let text = "\
owner = 1
[[approval]]
check = \"*\"
place = \"**\"
reason = \" \"
approver = \"a\"
expires = \"2027-06-30\"
[[approval]]
fingerprint = \"9f2c\"
reson = \"r\"
approver = 7
date = 2027-07-01
expires = 2027-06-30
[[approval]]
check = \"parameter-remove\"
place = \"**\"
reason = \"r\"
approver = \"a\"
expires = 2027-06-30
[[approval]]
check = \"parameter-removed\"
reason = \"r\"
approver = \"a\"
expires = 2027-06-30
[[approval]]
reason = \"r\"
approver = \"a\"
expires = 2027-06-30
";
    let errors = Approvals::parse("approvals.toml", text).unwrap_err();
    let mut told: Vec<String> = errors
        .0
        .iter()
        .map(|problem| format!("{}:{}: {}", problem.place.start.line, problem.place.start.column, problem.message))
        .collect();
    told.sort_by_key(|line| line.split(':').next().and_then(|line| line.parse::<u32>().ok()));
    assert_eq!(
        told,
        [
            "1:1: the key `owner` is unknown",
            "3:9: `*` would approve several checks",
            "5:10: `reason` is empty",
            "7:11: `expires` is no day",
            "8:1: the entry has no `reason`",
            "8:1: the entry ends before the day of its approval",
            "9:15: `9f2c` is no fingerprint",
            "10:1: the key `reson` is unknown",
            "11:12: `approver` is no text",
            "15:9: there is no check `parameter-remove`",
            "20:1: the entry has no `place`",
            "25:1: the entry does not say what it approves",
        ]
    );
    let shown = errors.to_string();
    assert!(shown.contains("did you mean `parameter-removed`?") && shown.contains("did you mean `reason`?"), "{shown}");
    assert!(shown.starts_with("approvals.toml:1:1: the key `owner` is unknown\n  | owner = 1\n  | ^^^^^"), "{shown}");
}

#[test]
fn what_is_no_toml_or_too_much_is_told() {
    assert!(Approvals::parse("x", "").unwrap().is_empty());
    assert!(Approvals::parse("x", "approval = \n").unwrap_err().to_string().starts_with("x:1:"));
    assert!(Approvals::parse("x", "approval = 1").unwrap_err().to_string().contains("[[approval]]"));
    assert!(Approvals::parse("x", "approval = [1]").unwrap_err().to_string().contains("no table"));
    let many = "approval = [".to_owned() + &"{},".repeat(MOST_ENTRIES + 1) + "]";
    assert!(Approvals::parse("x", &many).unwrap_err().to_string().contains("more than 10000 entries"));
    let mistakes = "approval = [".to_owned() + &"{},".repeat(MOST_ENTRIES) + "]";
    assert_eq!(Approvals::parse("x", &mistakes).unwrap_err().0.len(), MOST_PROBLEMS);
    assert!(Approvals::parse("x", &"#".repeat(MOST_BYTES + 1)).unwrap_err().to_string().contains("more than"));
    let twice = "[[approval]]\nplace = \"a\"\nplace = \"b\"\n";
    assert!(Approvals::parse("x", twice).is_err());
}
