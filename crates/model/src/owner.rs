//! Who holds a name: the registrable domain, by the public suffix list with its private section.

/// The part of a name that one owner holds. Below a suffix under which a provider gives names to everybody
/// (`azurewebsites.net`) each name has an owner of its own. A name that is itself such a suffix is taken as it is.
pub fn owner(name: &str) -> &str {
    psl::domain_str(name).unwrap_or(name)
}

/// Whether a name is one that a provider gave to a customer: it lies below a suffix of the list's private section.
pub fn is_customer_name(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.typ() == Some(psl::Type::Private))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_of_one_provider_are_different_owners() {
        for (name, expected, customer) in [
            ("api.contoso.com", "contoso.com", false),
            ("lb-7.eu.cdn.example", "cdn.example", false),
            ("contoso.co.uk", "contoso.co.uk", false),
            ("app-a.azurewebsites.net", "app-a.azurewebsites.net", true),
            ("x.app-a.azurewebsites.net", "app-a.azurewebsites.net", true),
            ("azurewebsites.net", "azurewebsites.net", true),
            ("d111.cloudfront.net", "d111.cloudfront.net", true),
            ("contoso.github.io", "contoso.github.io", true),
            ("localhost", "localhost", false),
            ("", "", false),
        ] {
            assert_eq!((owner(name), is_customer_name(name)), (expected, customer), "{name}");
        }
    }
}
