//! A ledger with everything in it, for the tests of what is made of it.

use crate::directory::{ConnectorFacts, Directory, EnvironmentFacts, GrantFacts};
use crate::flows::{By, Flows, Limits};
use crate::organisation::{Organisation, Role, Scoped};
use crate::time::Period;
use backshell_model::{Infrastructure, PublisherKind, Region, Timestamp};

/// A name that tries to break out of whatever it is put into.
pub(crate) const HOSTILE: &str = "=Evil\" <script>alert(1)</script> | [x](javascript:1) ]]>\u{1b}[2J&amp";

/// 2026-11-01T00:00:00Z.
const BEGIN: i64 = 1_793_491_200;

struct Call<'a> {
    connector: &'a str,
    host: &'a str,
    boundary: &'a str,
    count: u64,
    environment: &'a str,
    home: &'a str,
}

/// Flows of every sort of knowledge, in three environments.
pub(crate) fn flows(by: By) -> Flows {
    let mut flows = Flows::new(Period::parse(Some("2026-11-01"), Some("2026-11-28")).unwrap(), by, Limits::default());
    let call = |connector, host, boundary, count| Call {
        connector,
        host,
        boundary,
        count,
        environment: "env_1",
        home: "westeurope",
    };
    let declared = r#"{"row":"D13","reason":"handover_declared","grade":"SR","notice":false,"places":["northeurope"],"evidence":["declaration:1","azure:2"]}"#;
    let range = r#"{"row":"D14","reason":"handover_range","grade":"R","notice":false,"places":["westeurope"],"evidence":["azure:2"]}"#;
    let granted = r#"{"row":"D12","reason":"crossing_granted","grade":"S","notice":true,"places":["eastus"],"evidence":["declaration:9"],"grants":["grt_1"]}"#;
    let conflict = r#"{"row":"D11","reason":"endpoint_outside","grade":"R","notice":true,"conflict":true,"places":["germanywestcentral","us-east-1"]}"#;
    let estimated = r#"{"row":"D16","reason":"location_estimated","grade":"G","notice":true,"places":["GB"],"evidence":["geoip:3"]}"#;
    let anycast = r#"{"row":"D20","reason":"location_unknown","grade":"X","notice":true}"#;
    let unknown = r#"{"row":"D20","reason":"location_unknown","grade":"N","notice":true}"#;
    let own = r#"{"row":"D09","reason":"internal_inside","grade":"inventory","notice":false,"places":["northeurope"]}"#;
    let calls = [
        call("crm", "api.contoso.example", declared, 1_200),
        call("files", "files.fabrikam.example", range, 800),
        call("mail", "mail.fabrikam.example", granted, 90),
        call("mixed", "api.mixed.example", conflict, 40),
        call("tax", "api.tax.example", estimated, 35),
        call("cdn", "edge.cdn.example", anycast, 300),
        call("old", "old.example", unknown, 12),
        call("erp", "erp.contoso.example", own, 500),
        call("gone", "gone.example", unknown, 2),
        Call { environment: "env_2", home: "southeastasia", ..call("files", "files.fabrikam.example", range, 15) },
        Call { environment: "env_3", home: "brazilsouth", ..call("tax", "api.tax.example", estimated, 3) },
    ];
    let mut number = 0_u64;
    for Call { connector, host, boundary, count, environment, home } in calls {
        for _ in 0..count {
            number += 1;
            let at = Timestamp::from_secs(BEGIN + i64::try_from(number).unwrap() * 60);
            let user = number % 3;
            let decision = format!(
                r#"{{"v":1,"call":"call_{number}","outcome":"allowed","user":"usr_{user}","app":"flow","token":"tok_{user}","connector":"{connector}","home":"{home}","cell_region":"{home}","boundary":{boundary},"host":"{host}"}}"#
            );
            flows.add("decision", at, Some(environment), Some(&decision));
            if !number.is_multiple_of(50) {
                let completion = format!(
                    r#"{{"call":"call_{number}","ended":"complete","bytes_in":{},"bytes_out":{}}}"#,
                    number % 700,
                    number * 3
                );
                flows.add("completion", at, Some(environment), Some(&completion));
            }
        }
    }
    let at = Timestamp::from_secs(BEGIN + 5);
    let refused = r#"{"call":"call_x","outcome":"refused","code":"egress_refused","reason":"endpoint_outside","connector":"mail"}"#;
    flows.add("decision", at, Some("env_1"), Some(refused));
    flows.add("decision", at, Some("env_1"), None);
    flows.add("completion", at, Some("env_1"), Some("not JSON"));
    flows.finish();
    flows
}

pub(crate) fn directory() -> Directory {
    let connector = |title: &str, publisher: &str, publisher_kind, infrastructure| ConnectorFacts {
        title: title.to_owned(),
        publisher: publisher.to_owned(),
        publisher_kind,
        infrastructure,
        policy: (publisher == "Contoso Ltd").then(|| "https://contoso.example/privacy".to_owned()),
    };
    let (internal, external) = (Infrastructure::Internal, Infrastructure::External);
    let connectors = [
        ("crm", connector("Contoso CRM", "Contoso Ltd", PublisherKind::Verified, external)),
        ("files", connector("Fabrikam Files", "Ada", PublisherKind::Independent, external)),
        ("mail", connector("Fabrikam Mail", "Fabrikam Inc", PublisherKind::Verified, external)),
        ("mixed", connector("Mixed", "Operator", PublisherKind::Platform, external)),
        ("tax", connector("Tax Office", "Tax Ltd", PublisherKind::Verified, external)),
        ("cdn", connector("Edge", "Edge Ltd", PublisherKind::Verified, external)),
        ("old", connector(HOSTILE, HOSTILE, PublisherKind::Verified, external)),
        ("erp", connector("ERP", "Operator", PublisherKind::Platform, internal)),
    ];
    let environment = |name: &str, home: &str| EnvironmentFacts { name: name.to_owned(), home: Region::new(home) };
    Directory {
        connectors: connectors.map(|(slug, facts)| (slug.to_owned(), facts)).into(),
        environments: [
            ("env_1".to_owned(), environment("production", "westeurope")),
            ("env_2".to_owned(), environment(HOSTILE, "southeastasia")),
        ]
        .into(),
        grants: [(
            "grt_1".to_owned(),
            GrantFacts { basis: "SCC module 2".to_owned(), purpose: "mail".to_owned(), until: "2027-06-30".to_owned() },
        )]
        .into(),
        signed: [("declaration:1".to_owned(), "signed 2026-04-30, valid from 2026-05-04 to 2027-05-03".to_owned())]
            .into(),
    }
}

pub(crate) fn organisation() -> Organisation {
    let scoped =
        |entries: &[&str]| Scoped::parse(&entries.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>()).unwrap();
    Organisation {
        role: Some(Role::Both),
        name: Some("Example Works".to_owned()),
        contact: Some("privacy@works.example".to_owned()),
        dpo: Some("dpo@works.example".to_owned()),
        purposes: scoped(&["crm=customer care", "*=office work"]),
        data_subjects: scoped(&["crm=customers"]),
        controllers: scoped(&["env:production=Example Works Retail"]),
        ..Organisation::default()
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(BEGIN + 28 * 24 * 60 * 60)
}
