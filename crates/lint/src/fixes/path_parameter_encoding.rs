//! A path parameter that does not say how it is encoded is encoded once: that is what clients do without being told.

use super::edit::Edits;
use super::{Act, Fix, extension_name};
use backshell_source::Node;

pub(super) const FIX: Fix = Fix {
    what: "say that path parameters are encoded once",
    act: Act::Findings(&["PathParameterMissingEncoding"], mend),
};

fn mend(parameter: Node<'_>, edits: &mut Edits<'_>) {
    let is_path = parameter.get("in").and_then(Node::as_str) == Some("path");
    // Who says that it is not to be encoded at all means something else, and so may who misspelt the name.
    let says_otherwise = parameter.members().any(|member| {
        matches!(member.key, "x-ms-url-encoding" | "x-ms-skip-url-encoding")
            || extension_name::meant(member.key) == Some("x-ms-url-encoding")
    });
    if is_path && !says_otherwise {
        edits.add_member(parameter, "x-ms-url-encoding", "\"single\"");
    }
}
