//! Re-verification: what is looked at again while a connector is in use, and what came of it.

use crate::catalogue::ConnectorSlug;
use crate::host::HostName;
use crate::time::Timestamp;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one that this word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words!(
    /// What is looked at again.
    Recheck {
        /// The name and its alias chain.
        Dns = "dns",
        /// The certificate and the handshake.
        Certificate = "certificate",
        /// The place of the addresses.
        Place = "place",
        /// Who owns the host.
        Ownership = "ownership",
        /// Whether and how soon the host answers.
        Availability = "availability",
        /// Every bar of endpoint verification, for a host that was approved for a connection.
        Bars = "bars",
    }
);

words!(
    /// What can be found to have changed.
    Drift {
        /// The alias chain leads to another owner than it did: another registrable domain, or another customer's name.
        EndpointMoved = "endpoint_moved",
        /// The name has no address any more, or its chain cannot be followed: whoever registers the target owns it.
        EndpointGone = "endpoint_gone",
        /// One of the addresses is never an endpoint.
        AddressRefused = "address_refused",
        /// The chain ends at another name of the same owner.
        AliasChanged = "alias_changed",
        /// The certificate is not accepted any more.
        CertificateInvalid = "certificate_invalid",
        /// The certificate ends soon.
        CertificateEnds = "certificate_ends",
        /// Another authority issued the certificate.
        CertificateIssuer = "certificate_issuer",
        /// The handshake or a certificate does less than it should, and clients still accept it.
        CertificateWeak = "certificate_weak",
        /// A place that was inside is not any more.
        PlaceOutside = "place_outside",
        /// The evidence names another place than at the first look.
        PlaceMoved = "place_moved",
        /// The evidence about the place is too old to be used.
        EvidenceStale = "evidence_stale",
        /// The proof of ownership was not seen again, twice within three days.
        OwnershipDoubtful = "ownership_doubtful",
        /// Ownership is not proven any more.
        OwnershipLost = "ownership_lost",
        /// The host does not answer, or mostly with errors of its own.
        EndpointUnavailable = "endpoint_unavailable",
        /// The host answers more slowly than it should, and did not at the first look.
        EndpointSlow = "endpoint_slow",
        /// An approved host does not clear a bar of endpoint verification, or a host in use is on the operator's list or began to
        /// redirect elsewhere.
        BarFailed = "bar_failed",
    }
);

words!(
    /// How a re-verification ended.
    RecheckOutcome {
        /// It is as it was.
        Passed = "passed",
        /// It changed, and calls go on.
        Warned = "warned",
        /// It changed: calls go on, and no new connections are made.
        Restricted = "restricted",
        /// It changed, and calls are held.
        Suspended = "suspended",
        /// It could not be looked at.
        NotMeasured = "not_measured",
    }
);

/// One thing that is looked at again, as it last came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The connector.
    pub connector: ConnectorSlug,
    /// The host.
    pub host: HostName,
    /// Its port.
    pub port: u16,
    /// What is looked at.
    pub check: Recheck,
    /// How it ended.
    pub outcome: RecheckOutcome,
    /// What was found to have changed.
    pub drift: Option<Drift>,
    /// What was found, in words.
    pub detail: String,
    /// What was found the first time, or accepted since; what is compared with.
    pub baseline: Option<String>,
    /// When it was last looked at.
    pub last_run: Timestamp,
    /// When it is due again.
    pub due: Timestamp,
    /// Since when it has not been as it was.
    pub drifting_since: Option<Timestamp>,
}

/// Calls of a connector to a host are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// The connector.
    pub connector: ConnectorSlug,
    /// The host.
    pub host: HostName,
    /// Its port.
    pub port: u16,
    /// Why.
    pub drift: Drift,
}
