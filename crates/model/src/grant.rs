//! Crossing grants: recorded permissions to reach places outside an environment's boundary.

use crate::caller::UserId;
use crate::catalogue::ConnectorSlug;
use crate::id::{EnvironmentId, GrantId};
use crate::time::Timestamp;
use std::fmt;

/// What a transfer to the place rests on (GDPR Chapter V), as whoever records the grant says; nobody here checks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferBasis {
    /// A decision under Art. 45 covers the recipient.
    Adequacy,
    /// The recipient is on the Data Privacy Framework list.
    Dpf,
    /// Standard contractual clauses, controller to controller.
    SccModule1,
    /// Standard contractual clauses, controller to processor.
    SccModule2,
    /// Standard contractual clauses, processor to processor.
    SccModule3,
    /// Standard contractual clauses, processor to controller.
    SccModule4,
    /// Binding corporate rules (Art. 47).
    Bcr,
    /// No transfer in the sense of Chapter V takes place.
    NoneNeeded,
}

impl TransferBasis {
    /// Every basis.
    pub const ALL: [Self; 8] = [
        Self::Adequacy,
        Self::Dpf,
        Self::SccModule1,
        Self::SccModule2,
        Self::SccModule3,
        Self::SccModule4,
        Self::Bcr,
        Self::NoneNeeded,
    ];

    /// The word for it in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adequacy => "adequacy",
            Self::Dpf => "dpf",
            Self::SccModule1 => "scc_module_1",
            Self::SccModule2 => "scc_module_2",
            Self::SccModule3 => "scc_module_3",
            Self::SccModule4 => "scc_module_4",
            Self::Bcr => "bcr",
            Self::NoneNeeded => "none_needed",
        }
    }

    /// The basis that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == word)
    }
}

impl fmt::Display for TransferBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Versions of a connector by their numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// The first version.
    pub from: u32,
    /// The last version; `None` for every later one too.
    pub to: Option<u32>,
}

impl VersionRange {
    /// Whether a version is in the range.
    pub fn contains(self, number: u32) -> bool {
        self.from <= number && self.to.is_none_or(|to| number <= to)
    }
}

/// Somebody decided that calls of one connector in one environment may go to named places outside the boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossingGrant {
    /// Names the grant.
    pub id: GrantId,
    /// The environment.
    pub environment: EnvironmentId,
    /// The connector.
    pub connector: ConnectorSlug,
    /// Which of its versions.
    pub versions: VersionRange,
    /// The exact places: names of regions, or countries by their codes. Never a pattern.
    pub places: Vec<String>,
    /// What for.
    pub purpose: String,
    /// What the transfer rests on.
    pub basis: TransferBasis,
    /// Where that is written down: a contract, an entry of a list. May be empty.
    pub reference: String,
    /// Who recorded it.
    pub granted_by: UserId,
    /// When; it holds from then on.
    pub created_at: Timestamp,
    /// From then on it holds no longer; at most 12 months later.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_ranges_hold_their_ends() {
        for basis in TransferBasis::ALL {
            assert_eq!(TransferBasis::from_word(basis.as_str()), Some(basis));
        }
        assert_eq!(TransferBasis::from_word("consent"), None);
        let some = VersionRange { from: 2, to: Some(3) };
        assert_eq!([1, 2, 3, 4].map(|number| some.contains(number)), [false, true, true, false]);
        assert!(VersionRange { from: 2, to: None }.contains(u32::MAX));
    }
}
