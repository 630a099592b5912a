//! The rows of the decision table, with the reason code that is recorded for each.

use std::fmt;

/// How a row answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The request may go.
    Allow,
    /// The request may go; the answer and the ledger say why that is worth a remark.
    AllowWithNotice,
    /// The request stays.
    Refuse,
    /// The row changes the evidence and the next rows decide.
    GoOn,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $row:ident = $reason:literal, $strict:ident, $notice:ident;)+) => {
        /// A row of the decision table. Rows are tried in order; the first that fits decides, and its name is recorded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Row { $($(#[$doc])* $row),+ }

        impl Row {
            /// Every row, in the order in which they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$row),+];

            /// The row's name, such as `D04`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$row => stringify!($row)),+ }
            }

            /// The reason code.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$row => $reason),+ }
            }

            /// How the row answers under this egress setting.
            pub const fn answer(self, egress: backshell_model::Egress) -> Answer {
                match (self, egress) {
                    $((Self::$row, backshell_model::Egress::Refuse) => Answer::$strict,
                    (Self::$row, backshell_model::Egress::Notice) => Answer::$notice,)+
                }
            }
        }
    };
}

rows! {
    /// Home is unknown; or the list is empty, lacks home or mixes clouds.
    D01 = "boundary_config", Refuse, Refuse;
    /// The cell names no known region.
    D02 = "cell_unattested", Refuse, Refuse;
    /// The cell runs in another cloud than home.
    D03 = "cloud_partition", Refuse, Refuse;
    /// The cell is outside the allowed set; nothing lifts this.
    D04 = "cell_outside", Refuse, Refuse;
    /// The user may not use the connection.
    D05 = "not_permitted", Refuse, Refuse;
    /// The host is not a verified one, or one of its addresses is never an endpoint.
    D06 = "endpoint_unverified", Refuse, Refuse;
    /// The evidence is older than it may be.
    D07 = "evidence_stale", Refuse, Refuse;
    /// Declaration and range contradict each other: both count as places.
    D08 = "evidence_conflict", GoOn, GoOn;
    /// An internal service whose places are all inside.
    D09 = "internal_inside", Allow, Allow;
    /// Any other internal service; nothing lifts this.
    D10 = "internal_outside", Refuse, Refuse;
    /// A place of an external service is known to be outside.
    D11 = "endpoint_outside", Refuse, AllowWithNotice;
    /// As before, with a valid grant.
    D12 = "crossing_granted", AllowWithNotice, AllowWithNotice;
    /// All places are inside, by a signed declaration.
    D13 = "handover_declared", Allow, Allow;
    /// All places are inside, by the provider's published ranges.
    D14 = "handover_range", Allow, Allow;
    /// Only a country is estimated, and the boundary is one region.
    D15 = "evidence_too_weak", Refuse, AllowWithNotice;
    /// The estimated country belongs to the allowed set and to no other geography of the cloud.
    D16 = "location_estimated", AllowWithNotice, AllowWithNotice;
    /// Any other estimate.
    D17 = "endpoint_outside", Refuse, AllowWithNotice;
    /// The place is unknown, and the boundary is one region.
    D18 = "location_unknown", Refuse, AllowWithNotice;
    /// The place is unknown and the environment accepts that explicitly.
    D19 = "location_unknown_accepted", AllowWithNotice, AllowWithNotice;
    /// The place is unknown otherwise.
    D20 = "location_unknown", Refuse, AllowWithNotice;
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::Egress;

    /// Who may not call is refused in both settings, before every question of place.
    #[test]
    fn d05_refuses_in_both_settings() {
        assert_eq!([Egress::Refuse, Egress::Notice].map(|egress| Row::D05.answer(egress)), [Answer::Refuse; 2]);
    }

    #[test]
    fn the_egress_setting_softens_exactly_five_rows() {
        let softened: Vec<Row> =
            Row::ALL.iter().copied().filter(|row| row.answer(Egress::Refuse) != row.answer(Egress::Notice)).collect();
        assert_eq!(softened, [Row::D11, Row::D15, Row::D17, Row::D18, Row::D20]);
        for row in softened {
            assert_eq!(row.answer(Egress::Refuse), Answer::Refuse);
            assert_eq!(row.answer(Egress::Notice), Answer::AllowWithNotice);
        }
    }
}
