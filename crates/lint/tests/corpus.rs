//! Every rule over the real connectors that lie beside the repository.
//!
//! `corpus_counts.tsv` says how many connectors and findings each rule has there, so that a change of a rule shows its
//! reach in the diff. `BACKSHELL_BLESS=1 cargo test -p backshell-lint --test corpus` writes it anew.

use backshell_lint::{Options, check, rules};
use backshell_package::{Limits, discover, read};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus_counts.tsv");

/// Rules that must be silent on published connectors: who reports one of these there is most likely wrong.
const NEVER: &[&str] = &[
    "AllowEmptyValueOnlyValidForQueryFormData",
    "BS-HostMissing",
    "BS-OAuthUrlNotHttps",
    "BasePathNotValid",
    "BodyParameterPropertyNotValid",
    "BodyParameterSchemaRequired",
    "BodySchemaCountExceedsMaxAllowed",
    "CollectionFormatValueNotSupported",
    "ConnectionIdParameterNotAllowed",
    "ContactEmailNotValid",
    "DiscriminatorMustBeARequiredStringProperty",
    "DuplicateEnumValuesInExtension",
    "DuplicateOperationPath",
    "DynamicExtensionDefinitionNotAllowedInParameter",
    "DynamicListExtensionRequiredForAmbiguousReferences",
    "DynamicListExtensionRequiredForNonParameterReferences",
    "DynamicPropertiesExtensionRequiredForAmbiguousReferences",
    "DynamicPropertiesExtensionRequiredForNonParameterReferences",
    "DynamicPropertiesExtensionRequiredForPropertiesValuePath",
    "DynamicPropertiesItemValuePathMismatch",
    "DynamicTreeExtensionMissing",
    "EnumMustContainAtLeastOneElement",
    "ExclusiveMaximumRequiresMaximum",
    "ExclusiveMinimumRequiresMinimum",
    "FileParameterMustBeInFormData",
    "InvalidEnumValuesExtensionValue",
    "InvalidFormDataParameterName",
    "JsonPointerNotValid",
    "MinimumShouldBeLessThanOrEqualToMaximum",
    "MissingEnumValuesDisplayName",
    "NonBodyParameterSchemaNotValid",
    "NotificationUrlNotAllowedInThisPosition",
    "OperationFamilyHasDuplicateRevisions",
    "OperationFamilyHasManyActiveOperations",
    "OperationFamilyHasManyActiveProductionOperations",
    "OperationFamilyHasManyEmptyRevisions",
    "OperationIdNotFound",
    "OperationIdNotUnique",
    "OperationIdRequired",
    "OperationIdTooLong",
    "OperationMissingPathParameter",
    "OperationMissingRequiredProperty",
    "OperationMustHaveNotificationContentExtension",
    "OperationParameterStaticTypeMismatch",
    "OperationParameterTypeMismatch",
    "OperationParametersContainMultipleBodyParameters",
    "OperationPathContainsUnsupportedCharacters",
    "OperationPathMayNotContainQueryOrFragment",
    "OperationPathMustStartWithSlash",
    "OperationPathTemplateNotValid",
    "OperationPathVariablesContainDefaults",
    "OperationSchemaCountExceedsMaxAllowed",
    "OperationSummaryTooLong",
    "ParameterListContainsFormDataAndBody",
    "ParameterReferenceNotFound",
    "ParameterReferenceNotValid",
    "PathItemRefNotSuppored",
    "PathParameterMustBeRequired",
    "PathParameterNotDefinedInTemplate",
    "PathRedefined",
    "PatternShouldBeValidRegularExpression",
    "PropertyMustBeRequired",
    "RequiredLoopInSchemaNotAllowed",
    "RequiredPropertyArrayEmpty",
    "RequiredPropertyDefinitionMissing",
    "RequiredReadOnlyPropertyNotAllowedAsInput",
    "ResponseExampleMustBeProducedByOperation",
    "ResponseMustBeDefaultOrHttpStatusCode",
    "ResponseReferenceNotFound",
    "ResponseReferenceNotValid",
    "RestrictedCharactersInSummary",
    "SchemaReferenceNotFound",
    "SchemaReferenceNotValid",
    "SchemaTooDeep",
    "SchemaTypeFileNotValid",
    "SchemeNotSupported",
    "SchemeNotValid",
    "SchemesArrayEmpty",
    "SecurityRequirementMustHaveEmptyValue",
    "SecurityRequirementMustHaveValue",
    "SecuritySchemePropertyNotValid",
    "SpecificationVersionIncorrect",
    "TagRedefined",
    "TooManyConnectorCategories",
    "TotalOperationsCountExceedsMaxAllowed",
    "TotalSchemaCountExceedsMaxAllowed",
    "WebhookOperationsMissingNotificationUrlProperty",
];

#[test]
fn counts_are_those_of_the_table() {
    let Some(corpus) = corpus() else { return };
    let mut counts: BTreeMap<&str, (usize, usize)> = rules().iter().map(|rule| (rule.id, (0, 0))).collect();
    let packages = discover(&corpus.join("connectors"), &Limits::default()).unwrap();
    assert!(packages.len() > 250, "only {} packages were found", packages.len());
    for path in packages {
        let read = read(&path, &Limits::default()).unwrap();
        let findings = check(&read, &Options::default());
        let mut of_package: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &findings {
            *of_package.entry(&finding.rule).or_default() += 1;
            assert_ne!(finding.rule, "BS-NotAllJudged", "{}: real connectors are judged to the end", path.display());
            assert!(!NEVER.contains(&&*finding.rule), "{} in {}: {}", finding.rule, path.display(), finding.message);
        }
        for (rule, findings) in of_package {
            let (connectors, total) = counts.get_mut(rule).unwrap();
            *connectors += 1;
            *total += findings;
        }
    }
    let mut table = String::from("rule\tconnectors\tfindings\n");
    for (rule, (connectors, findings)) in counts {
        let _ = writeln!(table, "{rule}\t{connectors}\t{findings}");
    }
    if bless() {
        fs::write(TABLE, table).unwrap();
        return;
    }
    let committed = fs::read_to_string(TABLE).unwrap();
    assert_eq!(table, committed, "run with BACKSHELL_BLESS=1 to accept the new counts");
}

#[test]
fn broken_files_are_findings() {
    let Some(corpus) = corpus() else { return };
    let mut broken = 0;
    for entry in fs::read_dir(corpus.join("broken")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let options = Options { path: Some(path.display().to_string()), ..Options::default() };
        let findings = check(&read(&path, &Limits::default()).unwrap(), &options);
        let properties = path.display().to_string().to_lowercase().ends_with("apiproperties.json");
        let rule = if properties { "BS-PropsInvalidJson" } else { "BS-InvalidJson" };
        let found = findings.iter().find(|finding| finding.rule == rule);
        let found = found.unwrap_or_else(|| panic!("{}: {findings:#?}", path.display()));
        assert_eq!(&*found.place.file, path.display().to_string());
        broken += 1;
    }
    assert_eq!(broken, 21);
}

/// The corpus, or `None` (with a message) where it is not beside the repository.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = variable("BACKSHELL_CORPUS").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert!(variable("CI").is_none(), "{} is not here", path.display());
    let _ = writeln!(std::io::stderr(), "skipped: {} is not here", path.display());
    None
}

fn bless() -> bool {
    variable("BACKSHELL_BLESS").is_some()
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is and what to do")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
