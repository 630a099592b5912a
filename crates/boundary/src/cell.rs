//! May this cell process a call of that environment? Rows D02 to D04, asked before the body of a request is read.

use crate::allowed::AllowedSet;
use crate::regions::region;
use crate::row::Row;
use backshell_model::{EnvironmentId, Region};

/// The proof that this cell lies inside an environment's boundary. [`cell_decision`] is its only maker.
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cell may not process calls of the environment; a cell in `{home}` may")]
pub struct WrongCell {
    /// Which row of the decision table refused: D02, D03 or D04.
    pub row: Row,
    /// The environment's home region. Whoever answers adds the address of the cell that runs there.
    pub home: Region,
}

impl WrongCell {
    /// The reason code.
    pub const fn reason(&self) -> &'static str {
        self.row.reason()
    }
}

/// Decides for the cell that runs in `cell`; `None` for a cell that does not know where it runs.
pub fn cell_decision(cell: Option<&Region>, allowed: &AllowedSet) -> Result<CellInside, WrongCell> {
    let home = allowed.home();
    let wrong = |row| WrongCell { row, home: Region::new(home.region) };
    let cell = cell.ok_or_else(|| wrong(Row::D02))?;
    let facts = region(cell.as_str()).ok_or_else(|| wrong(Row::D02))?;
    if facts.cloud != home.cloud {
        return Err(wrong(Row::D03));
    }
    if !allowed.contains(cell) {
        return Err(wrong(Row::D04));
    }
    Ok(CellInside { environment: allowed.environment(), cell: cell.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::regions;
    use crate::testing::environment;
    use backshell_model::Boundary;
    use proptest::prelude::*;

    fn decide(home: &str, boundary: Boundary, cell: &str) -> Result<(), &'static str> {
        let allowed = AllowedSet::of(&environment(home, boundary)).map_err(|error| error.row().as_str())?;
        match cell_decision(Some(&Region::new(cell)), &allowed) {
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

    #[test]
    fn a_cell_without_a_region_processes_nothing() {
        let allowed = AllowedSet::of(&environment("westus", Boundary::Geography)).unwrap();
        let wrong = cell_decision(None, &allowed).unwrap_err();
        assert_eq!((wrong.row, wrong.reason()), (Row::D02, "cell_unattested"));
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
