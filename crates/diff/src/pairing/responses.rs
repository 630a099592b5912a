//! Responses of an operation, and headers of a response.

use super::Pairing;
use crate::view::Operation;
use backshell_package::Response;
use backshell_source::Node;

/// The pairing by status. Where each side has one success status left over, one has replaced the other.
pub(super) fn pair<'d>(old: &Operation<'d>, new: &Operation<'d>) -> Pairing<Response<'d>> {
    let mut pairing = Pairing::by_key(old.responses.clone(), new.responses.clone(), |response| response.status);
    let is_kept = pairing.pairs.iter().any(|(one, two)| old.is_success(one.status) && new.is_success(two.status));
    let only = |list: &[Response<'d>], operation: &Operation<'d>| {
        let mut found = list.iter().enumerate().filter(|(_, response)| operation.is_success(response.status));
        found.next().map(|(at, _)| at).filter(|_| found.next().is_none())
    };
    if let (false, Some(one), Some(two)) = (is_kept, only(&pairing.removed, old), only(&pairing.added, new)) {
        let pair = (pairing.removed.remove(one), pairing.added.remove(two));
        pairing.renamed.push(pair);
    }
    pairing
}

/// The pairing of two responses' headers.
pub(crate) fn headers<'d>(old: Response<'d>, new: Response<'d>) -> Pairing<(&'d str, Node<'d>)> {
    Pairing::by_key(old.headers(), new.headers(), |(name, _)| name.to_ascii_lowercase())
}
