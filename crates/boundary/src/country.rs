//! Countries by their ISO 3166-1 codes: what an estimate of a place says, and where edge locations without a region are.

use std::fmt;

/// Every assigned code of ISO 3166-1, two letters each.
const ASSIGNED: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The assigned ISO 3166-1 code of a country, such as `GB`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(&'static str);

impl CountryCode {
    /// The country of this code, in upper case; `None` for a code that is not assigned.
    pub fn parse(text: &str) -> Option<Self> {
        // Codes are two letters and a space apart, so the list is as good as an array of them.
        ASSIGNED.split(' ').find(|code| *code == text).map(Self)
    }

    /// The two letters.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryCode({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::regions;

    #[test]
    fn codes_are_those_of_the_standard_and_no_others() {
        assert_eq!(ASSIGNED.split(' ').count(), 249);
        assert!(ASSIGNED.split(' ').is_sorted() && ASSIGNED.split(' ').all(|code| code.len() == 2));
        assert_eq!(CountryCode::parse("GB").map(CountryCode::as_str), Some("GB"));
        for wrong in ["UK", "gb", "EU", "XX", "G", "GBR", "", " ", "D A"] {
            assert_eq!(CountryCode::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_region_stands_in_a_country() {
        for facts in regions() {
            assert!(CountryCode::parse(facts.country).is_some(), "{facts:?}");
        }
    }
}
