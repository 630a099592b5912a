//! The texts that many decisions have in common.
//!
//! The decisions of one caller about one operation differ in call and time, and everything else is the same text. It is
//! written once and looked up by everything that it is made of.

use crate::object::Object;
use backshell_model::FastMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How many texts are remembered; beyond that the memory starts anew.
const REMEMBERED: usize = 1_024;

/// The remembered texts of one handle of the ledger.
#[derive(Default)]
pub(crate) struct Frames(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    texts: FastMap<Vec<u8>, Box<str>>,
    /// The key of the last text: kept for its room.
    key: Key,
}

/// What a text is made of, as bytes: two texts with the same key are the same, because each part has its length before it.
#[derive(Default)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// Adds a part.
    pub(crate) fn part(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
    }

    /// Adds a part that may be missing.
    pub(crate) fn some(&mut self, part: Option<impl AsRef<[u8]>>) {
        match part {
            Some(part) => self.part(part),
            None => self.0.extend_from_slice(&u64::MAX.to_be_bytes()),
        }
    }

    /// Adds parts of which there may be any number.
    pub(crate) fn parts(&mut self, parts: impl ExactSizeIterator<Item = impl AsRef<[u8]>>) {
        self.0.extend_from_slice(&(parts.len() as u64).to_be_bytes());
        for part in parts {
            self.part(part);
        }
    }
}

impl Frames {
    /// Appends the members that `key` tells all about to `object`; `make` makes them when they are not known.
    pub(crate) fn write(&self, key: impl FnOnce(&mut Key), make: impl FnOnce() -> Object, object: &mut Object) {
        let memory = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.key.0.clear();
        key(&mut memory.key);
        if let Some(known) = memory.texts.get(&memory.key.0) {
            object.append(known);
            return;
        }
        let made = make();
        object.append(made.members());
        if memory.texts.len() >= REMEMBERED {
            memory.texts.clear();
        }
        memory.texts.insert(memory.key.0.clone(), made.members().into());
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frames(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(frames: &Frames, key: &[&str], text: &str) -> String {
        let make = || {
            let mut object = Object::new(0);
            object.text("a", text);
            object
        };
        let mut object = Object::new(0);
        object.number("v", 1);
        frames.write(|into| key.iter().for_each(|part| into.part(part)), make, &mut object);
        object.finish()
    }

    #[test]
    fn a_text_is_made_once_for_each_key() {
        let frames = Frames::default();
        assert_eq!(written(&frames, &["a", "b"], "x"), r#"{"v":1,"a":"x"}"#);
        assert_eq!(written(&frames, &["a", "b"], "y"), r#"{"v":1,"a":"x"}"#, "remembered");
        assert_eq!(written(&frames, &["ab"], "y"), r#"{"v":1,"a":"y"}"#);
        assert_eq!(written(&frames, &["ab", ""], "z"), r#"{"v":1,"a":"z"}"#);
    }

    #[test]
    fn what_is_missing_is_not_empty_and_lists_end() {
        let key = |write: &dyn Fn(&mut Key)| {
            let mut key = Key::default();
            write(&mut key);
            key.0
        };
        assert_ne!(key(&|key| key.some(None::<&str>)), key(&|key| key.some(Some(""))));
        let two = |first: &[&str], second: &[&str]| {
            key(&|key| {
                key.parts(first.iter());
                key.parts(second.iter());
            })
        };
        assert_ne!(two(&["a", "b"], &[]), two(&["a"], &["b"]));
        assert_ne!(two(&[""], &[]), two(&[], &[""]));
    }

    #[test]
    fn the_memory_is_bounded() {
        let frames = Frames::default();
        for number in 0..3 * REMEMBERED {
            written(&frames, &[&number.to_string()], "x");
        }
        assert!(frames.0.lock().unwrap().texts.len() <= REMEMBERED);
    }
}
