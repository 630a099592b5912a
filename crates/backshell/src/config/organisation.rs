//! `[organisation]`: what only the organisation knows, for the register of processing.

use backshell_records::{OrganisationError, Role, Scoped};
use serde::Deserialize;

/// What only the organisation knows. Lists hold entries of the form `*=TEXT`, `env:NAME=TEXT` or `CONNECTOR=TEXT`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    /// `controller`, `processor` or `both`.
    pub role: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How it is reached.
    pub contact: Option<String>,
    /// Joint controllers.
    pub joint_controllers: Option<String>,
    /// Its representative in the Union.
    pub representative: Option<String>,
    /// Its data protection officer.
    pub dpo: Option<String>,
    /// As a processor: the controllers it acts for.
    pub controllers: Vec<String>,
    /// Purposes.
    pub purposes: Vec<String>,
    /// Categories of data subjects.
    pub data_subjects: Vec<String>,
    /// Categories of personal data.
    pub data_categories: Vec<String>,
    /// Times of erasure of the data itself.
    pub erasure: Vec<String>,
    /// Safeguards of transfers, where no grant records one.
    pub safeguards: Vec<String>,
    /// Security measures beside those of the product.
    pub security: Option<String>,
}

impl Organisation {
    /// The settings as the register reads them.
    pub fn read(&self) -> Result<backshell_records::Organisation, OrganisationError> {
        Ok(backshell_records::Organisation {
            role: self.role.as_deref().map(Role::parse).transpose()?,
            name: self.name.clone(),
            contact: self.contact.clone(),
            joint_controllers: self.joint_controllers.clone(),
            representative: self.representative.clone(),
            dpo: self.dpo.clone(),
            controllers: Scoped::parse(&self.controllers)?,
            purposes: Scoped::parse(&self.purposes)?,
            data_subjects: Scoped::parse(&self.data_subjects)?,
            data_categories: Scoped::parse(&self.data_categories)?,
            erasure: Scoped::parse(&self.erasure)?,
            safeguards: Scoped::parse(&self.safeguards)?,
            security: self.security.clone(),
        })
    }
}
