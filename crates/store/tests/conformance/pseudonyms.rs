//! Pseudonyms.

use super::bumps;
use super::samples::user;
use backshell_store::{Conflict, Noun, Pseudonym, Store};

pub(crate) async fn giving_and_erasing(store: &dyn Store) {
    let (alice, bob) = (user("alice"), user("bob"));
    let [first, second, third] = ["u-1", "u-2", "u-3"].map(Pseudonym::new);
    assert_eq!(store.known_pseudonym(&alice).await, Ok(None));
    assert_eq!(store.pseudonym(&alice, &first).await.unwrap(), first);
    assert_eq!(store.pseudonym(&alice, &second).await.unwrap(), first, "the first proposal stays");
    assert_eq!(store.known_pseudonym(&alice).await.unwrap(), Some(first.clone()));
    assert_eq!(store.user_behind(&first).await.unwrap(), Some(alice.clone()));
    assert_eq!(store.user_behind(&second).await, Ok(None));
    assert_eq!(store.pseudonym(&bob, &first).await, Err(Conflict::Exists(Noun::Pseudonym).into()));

    assert_eq!(bumps(store, store.erase_pseudonym(&alice)).await, (Ok(true), false));
    assert_eq!(store.erase_pseudonym(&alice).await, Ok(false));
    assert_eq!(store.user_behind(&first).await, Ok(None));
    assert_eq!(store.pseudonym(&alice, &third).await.unwrap(), third);
}
