//! May this cell process a call of that environment? Rows D02 to D04, asked before the body of a request is read.

use crate::allowed::AllowedSet;
use crate::attestation::{
    Attestation, CellKey, MAX_ATTESTED_SECONDS, NodeKey, OperatorKey, Unattested, Vouched, generate_cell_key,
};
use crate::regions::{RegionFacts, region};
use crate::row::Row;
use backshell_model::{EnvironmentId, Random, Region, Timestamp};

/// Who vouches for a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attester {
    /// The operator whose key the configuration pins.
    Operator,
    /// The node itself: nobody else says where it runs.
    OneSelf,
}

impl Attester {
    /// The word for it in records and answers: `operator` or `self`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::OneSelf => "self",
        }
    }
}

/// A statement about this cell whose signature, key, name and region were checked. Its only maker is
/// [`CellIdentity::establish`].
#[derive(Clone, Debug)]
pub struct Attested {
    region: Region,
    facts: &'static RegionFacts,
    by: Attester,
    signer: CellKey,
    valid_from: Timestamp,
    valid_until: Timestamp,
}

impl Attested {
    /// Where the cell runs.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Who says so.
    pub fn by(&self) -> Attester {
        self.by
    }

    /// The key that signed.
    pub fn signer(&self) -> CellKey {
        self.signer
    }

    /// From when on.
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// Until when.
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }
}

/// What a node says of itself and what vouches for that.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The name that the configuration gives the node.
    pub name: &'a str,
    /// The region that the configuration says it runs in.
    pub region: &'a Region,
    /// The node's key.
    pub key: &'a NodeKey,
    /// The statement about it, if there is one.
    pub attestation: Option<&'a Attestation>,
    /// Whose statement counts, and as what.
    pub signer: (CellKey, Attester),
}

/// This node as a cell: its name, where it says that it runs, and whether that is attested.
#[derive(Clone, Debug)]
pub struct CellIdentity {
    name: String,
    region: Region,
    attested: Result<Attested, Unattested>,
}

impl CellIdentity {
    /// Checks everything about a claim but the time, which [`CellIdentity::attested_at`] looks at for every call.
    /// `random` is what the node signs to show that it has its key.
    pub fn establish(claim: Claim<'_>, random: &dyn Random) -> Self {
        let attested = claim.check(random);
        Self { name: claim.name.to_owned(), region: claim.region.clone(), attested }
    }

    /// A cell that nothing vouches for: it processes nothing.
    pub fn unattested(name: &str, region: &Region, why: Unattested) -> Self {
        Self { name: name.to_owned(), region: region.clone(), attested: Err(why) }
    }

    /// A cell that vouches for itself with keys that are kept nowhere, for [`MAX_ATTESTED_SECONDS`] from `now` on: for
    /// measurements and tests. A real node keeps its key.
    pub fn self_attested(name: &str, region: &Region, now: Timestamp, random: &dyn Random) -> Self {
        let made = || {
            let operator = OperatorKey::from_pkcs8(&generate_cell_key(random).ok()?).ok()?;
            let key = NodeKey::from_pkcs8(&generate_cell_key(random).ok()?).ok()?;
            let vouched = Vouched {
                cell: name.to_owned(),
                region: region.clone(),
                node_key: key.public(),
                valid_from: now,
                valid_until: now.plus_secs(MAX_ATTESTED_SECONDS),
            };
            Some((operator.attest(&vouched).ok()?, operator.public(), key))
        };
        let Some((attestation, signer, key)) = made() else {
            return Self::unattested(name, region, Unattested::Malformed);
        };
        let signer = (signer, Attester::OneSelf);
        Self::establish(Claim { name, region, key: &key, attestation: Some(&attestation), signer }, random)
    }

    /// The node's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it says that it runs, attested or not.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The checked statement, whatever the time is.
    pub fn attested(&self) -> Result<&Attested, Unattested> {
        self.attested.as_ref().map_err(|why| *why)
    }

    /// The checked statement, when it is valid at `now`. Costs two comparisons.
    pub fn attested_at(&self, now: Timestamp) -> Result<&Attested, Unattested> {
        let attested = self.attested()?;
        if now < attested.valid_from {
            Err(Unattested::NotYetValid)
        } else if now >= attested.valid_until {
            Err(Unattested::Expired)
        } else {
            Ok(attested)
        }
    }
}

impl Claim<'_> {
    fn check(&self, random: &dyn Random) -> Result<Attested, Unattested> {
        let facts = region(self.region.as_str()).ok_or(Unattested::UnknownRegion)?;
        let (signer, by) = self.signer;
        let vouched = self.attestation.ok_or(Unattested::Missing)?.verify(&signer)?;
        if !self.key.proves(&vouched.node_key, random) {
            return Err(Unattested::WrongKey);
        }
        if vouched.cell != self.name {
            return Err(Unattested::WrongName);
        }
        if vouched.region != *self.region {
            return Err(Unattested::WrongRegion);
        }
        let Vouched { region, valid_from, valid_until, .. } = vouched;
        Ok(Attested { region, facts, by, signer, valid_from, valid_until })
    }
}

/// The proof that this cell is attested and lies inside an environment's boundary. [`cell_decision`] is its only maker.
///
/// Calls, secrets and ledger records of the environment ask for it, so nothing of an environment can be in a cell outside
/// its boundary.
///
/// ```compile_fail,E0451
/// # fn forge(environment: backshell_model::EnvironmentId) {
/// let inside = backshell_boundary::CellInside { environment, cell: backshell_model::Region::new("westeurope") };
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CellInside {
    environment: EnvironmentId,
    cell: Region,
}

impl CellInside {
    /// The environment whose boundary was asked.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// Where the cell runs.
    pub fn cell(&self) -> &Region {
        &self.cell
    }
}

/// The call belongs to another cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCell {
    /// Which row of the decision table refused: D02, D03 or D04.
    pub row: Row,
    /// Why the cell is not attested, for D02.
    pub unattested: Option<Unattested>,
    /// The environment's home region. Whoever answers adds the address of the cell that runs there.
    pub home: Region,
}

impl WrongCell {
    /// The reason code.
    pub const fn reason(&self) -> &'static str {
        self.row.reason()
    }
}

impl std::fmt::Display for WrongCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unattested {
            Some(why) => {
                write!(f, "this cell may not process anything: {why}; an attested cell in `{}` may", self.home)
            }
            None => write!(f, "this cell may not process calls of the environment; a cell in `{}` may", self.home),
        }
    }
}

impl std::error::Error for WrongCell {}

/// Decides whether `cell` may process and keep what belongs to the environment of `allowed` at `now`. Allocates only for
/// a refusal.
///
/// Where a cell runs is not enough; something has to vouch for it:
///
/// ```compile_fail,E0308
/// # fn inside(allowed: &backshell_boundary::AllowedSet, now: backshell_model::Timestamp) {
/// let region = backshell_model::Region::new("westeurope");
/// let inside = backshell_boundary::cell_decision(&region, now, allowed);
/// # }
/// ```
pub fn cell_decision(cell: &CellIdentity, now: Timestamp, allowed: &AllowedSet) -> Result<CellInside, WrongCell> {
    let home = allowed.home();
    let wrong = |row, unattested| WrongCell { row, unattested, home: Region::new(home.region) };
    let attested = cell.attested_at(now).map_err(|why| wrong(Row::D02, Some(why)))?;
    if attested.facts.cloud != home.cloud {
        return Err(wrong(Row::D03, None));
    }
    if !allowed.contains(&attested.region) {
        return Err(wrong(Row::D04, None));
    }
    Ok(CellInside { environment: allowed.environment(), cell: attested.region.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::regions;
    use crate::testing::environment;
    use backshell_model::{Boundary, SecretBytes};
    use backshell_testkit::SeededRandom;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn cell_in(region: &str) -> CellIdentity {
        CellIdentity::self_attested("cell-1", &Region::new(region), NOW, &SeededRandom::new(8))
    }

    fn decide(home: &str, boundary: Boundary, cell: &str) -> Result<(), &'static str> {
        let allowed = AllowedSet::of(&environment(home, boundary)).map_err(|error| error.row().as_str())?;
        match cell_decision(&cell_in(cell), NOW, &allowed) {
            Ok(inside) => {
                assert_eq!(inside.cell().as_str(), cell);
                assert_eq!(inside.environment(), allowed.environment());
                Ok(())
            }
            Err(wrong) => {
                assert_eq!(wrong.home.as_str(), home);
                Err(wrong.row.as_str())
            }
        }
    }

    #[test]
    fn worked_cases_of_the_cell_rows() {
        use Boundary::{Geography, Region as One};
        let list = |names: &[&str]| Boundary::List(names.iter().map(|name| Region::new(name)).collect());
        for (case, home, boundary, cell, expected) in [
            (1, "westus", One, "westus", Ok(())),
            (3, "westus", One, "centralus", Err("D04")),
            (4, "westus", Geography, "eastus2", Ok(())),
            (7, "westeurope", Geography, "northeurope", Ok(())),
            (8, "westeurope", list(&["westeurope", "northeurope", "germanywestcentral"]), "germanywestcentral", Ok(())),
            (9, "westeurope", Geography, "westus", Err("D04")),
            (12, "uksouth", One, "uksouth", Ok(())),
            (13, "uksouth", Geography, "ukwest", Ok(())),
            (16, "brazilsouth", Geography, "southcentralus", Err("D04")),
            (17, "southeastasia", Geography, "eastasia", Ok(())),
            (18, "westeurope", list(&["northeurope"]), "northeurope", Err("D01")),
            (101, "westus", One, "eastus", Err("D04")),
            (102, "westus", Geography, "usgovvirginia", Err("D03")),
            (103, "westus", Geography, "us-west-1", Err("D03")),
            (104, "westus", Geography, "unitedstates", Err("D02")),
            (105, "westeurope", Geography, "germanywestcentral", Err("D04")),
        ] {
            assert_eq!(decide(home, boundary, cell), expected, "case {case}");
        }
    }

    /// An operator, a node, and what the operator says about it.
    struct Scene {
        operator: OperatorKey,
        node: NodeKey,
        random: SeededRandom,
    }

    impl Scene {
        fn new() -> Self {
            let random = SeededRandom::new(5);
            let key = || -> SecretBytes { generate_cell_key(&random).unwrap() };
            let (operator, node) = (key(), key());
            let operator = OperatorKey::from_pkcs8(&operator).unwrap();
            Self { operator, node: NodeKey::from_pkcs8(&node).unwrap(), random }
        }

        fn vouched(&self) -> Vouched {
            Vouched {
                cell: "eu-1".to_owned(),
                region: Region::new("westeurope"),
                node_key: self.node.public(),
                valid_from: NOW,
                valid_until: NOW.plus_secs(3600),
            }
        }

        /// The identity of the node `eu-1` in `westeurope` under what the operator says.
        fn identity(&self, vouched: Option<&Vouched>) -> CellIdentity {
            let attestation = vouched.map(|vouched| self.operator.attest(vouched).unwrap());
            let claim = Claim {
                name: "eu-1",
                region: &Region::new("westeurope"),
                key: &self.node,
                attestation: attestation.as_ref(),
                signer: (self.operator.public(), Attester::Operator),
            };
            CellIdentity::establish(claim, &self.random)
        }

        fn outcome(&self, vouched: Option<&Vouched>, now: Timestamp) -> Result<(), Unattested> {
            let allowed = AllowedSet::of(&environment("westeurope", Boundary::Geography)).unwrap();
            match cell_decision(&self.identity(vouched), now, &allowed) {
                Ok(_) => Ok(()),
                Err(wrong) => {
                    assert_eq!((wrong.row, wrong.reason()), (Row::D02, "cell_unattested"));
                    Err(wrong.unattested.unwrap())
                }
            }
        }
    }

    #[test]
    fn a_cell_that_is_not_attested_processes_nothing() {
        let scene = Scene::new();
        let good = scene.vouched();
        let stranger = Scene { operator: Scene::new().operator, random: SeededRandom::new(6), ..Scene::new() };
        let with = |change: fn(&mut Vouched)| {
            let mut changed = scene.vouched();
            change(&mut changed);
            scene.outcome(Some(&changed), NOW)
        };
        assert_eq!(scene.outcome(Some(&good), NOW), Ok(()));
        assert_eq!(scene.identity(Some(&good)).attested().unwrap().by(), Attester::Operator);
        assert_eq!(scene.outcome(None, NOW), Err(Unattested::Missing));
        assert_eq!(with(|vouched| vouched.cell = "eu-2".to_owned()), Err(Unattested::WrongName));
        assert_eq!(with(|vouched| vouched.region = Region::new("northeurope")), Err(Unattested::WrongRegion));
        let other = cell_key();
        let mut changed = scene.vouched();
        changed.node_key = other;
        assert_eq!(scene.outcome(Some(&changed), NOW), Err(Unattested::WrongKey));
        // Somebody else's signature.
        let attestation = OperatorKey::from_pkcs8(&generate_cell_key(&stranger.random).unwrap()).unwrap();
        let attestation = attestation.attest(&good).unwrap();
        let claim = Claim {
            name: "eu-1",
            region: &Region::new("westeurope"),
            key: &scene.node,
            attestation: Some(&attestation),
            signer: (scene.operator.public(), Attester::Operator),
        };
        let identity = CellIdentity::establish(claim, &scene.random);
        assert_eq!(identity.attested().unwrap_err(), Unattested::UnknownSigner);
        let nowhere = CellIdentity::self_attested("x", &Region::new("europe"), NOW, &scene.random);
        assert!(nowhere.attested().is_err());
    }

    fn cell_key() -> CellKey {
        NodeKey::from_pkcs8(&generate_cell_key(&SeededRandom::new(77)).unwrap()).unwrap().public()
    }

    #[test]
    fn the_time_is_looked_at_for_each_decision() {
        let scene = Scene::new();
        let vouched = scene.vouched();
        let at = |seconds| scene.outcome(Some(&vouched), NOW.plus_secs(seconds));
        assert_eq!(at(-1), Err(Unattested::NotYetValid));
        assert_eq!((at(0), at(3599)), (Ok(()), Ok(())));
        assert_eq!((at(3600), at(1_000_000)), (Err(Unattested::Expired), Err(Unattested::Expired)));
    }

    proptest! {
        #[test]
        fn agrees_with_the_table_read_by_hand(home in 0..regions().len(), cell in 0..regions().len(), wide: bool) {
            let (home, cell) = (regions()[home], regions()[cell]);
            let inside = home.cloud == cell.cloud
                && if wide { home.geography == cell.geography } else { home.region == cell.region };
            let boundary = if wide { Boundary::Geography } else { Boundary::Region };
            prop_assert_eq!(decide(home.region, boundary, cell.region).is_ok(), inside);
        }
    }
}
