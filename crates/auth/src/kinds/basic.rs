//! User name and password in the header `Authorization`, RFC 7617 in UTF-8.
//!
//! The parameters are the ones called `username` and `password`; failing that, the first plain text and the first secure
//! text. Both become secrets, also a user name that the package declares as plain text.

use super::Bound;
use crate::plan::{Attachment, AuthProblem};
use backshell_model::{AuthKind, Encoding, Piece, SealedText, SecretName};
use backshell_package::{ConnectionParameter, ConnectionParameterKind};
use http::header::AUTHORIZATION;

/// Binds a basic scheme.
pub(crate) fn bind(scheme: &str, parameters: &[&ConnectionParameter<'_>]) -> Result<Bound, AuthProblem> {
    let text = |parameter: &&&ConnectionParameter<'_>| {
        matches!(parameter.kind, ConnectionParameterKind::String | ConnectionParameterKind::SecureString)
    };
    let called = |name: &str| {
        parameters.iter().filter(text).find(|parameter| parameter.name.eq_ignore_ascii_case(name)).copied()
    };
    let first = |kind| parameters.iter().find(|parameter| parameter.kind == kind).copied();
    let user = called("username").or_else(|| first(ConnectionParameterKind::String));
    let password = called("password").or_else(|| {
        let secure = |parameter: &&&ConnectionParameter<'_>| parameter.is_secret() && user != Some(**parameter);
        parameters.iter().find(secure).copied()
    });
    let (Some(user), Some(password)) = (user, password) else {
        return Err(AuthProblem::Unbound {
            scheme: scheme.to_owned(),
            hint: "declare the parameters `username` and `password`",
        });
    };
    let (user, password) = (SecretName::new(user.name), SecretName::new(password.name));
    let mut value = SealedText::literal("Basic ");
    value.push(Piece::Basic {
        user: SealedText::secret(user.clone(), Encoding::Verbatim),
        password: SealedText::secret(password.clone(), Encoding::Verbatim),
    });
    let attachment = Attachment::Header(AUTHORIZATION, value);
    Ok(Bound { kind: AuthKind::Basic, attachment, parameters: vec![user, password] })
}
