//! What the page says, in the player's language.
//!
//! ```text
//! assets/locales/*.ftl --build.rs--> a name for each message: say::FLY_ON, say::why_status(..)
//!                      \-bundle----> a table for each language --boot.js--> speak(tag, table)
//! ```
//!
//! A view that shows a message, or says one in a closure, follows the language by itself: what it says reads the signal of the language.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod english;

use std::rc::Rc;

use driftfield_locales::{Language, TableError, Value, Words};

use crate::ui::RwSignal;

#[cfg(target_arch = "wasm32")]
use browser::{default_language, language};
#[cfg(not(target_arch = "wasm32"))]
use english::{default_language, language};

// Natively only what has no browser is compiled, so only the page can tell which messages are said.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the page says them"))]
mod messages {
    use driftfield_locales::Value;

    use super::{Message, say};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

pub(crate) use messages::*;

/// How a language writes numbers.
trait Spelling: Language {
    /// A number with one digit after the point.
    fn decimal(&self, number: f64) -> String;
}

/// A language with its messages.
struct Spoken {
    tag: String,
    words: Words,
    language: Box<dyn Spelling>,
}

thread_local! {
    static SPOKEN: RwSignal<Rc<Spoken>> = RwSignal::without_scope(Rc::new(default_language()));
}

fn spoken() -> Rc<Spoken> {
    SPOKEN.with(RwSignal::get)
}

/// Speaks a language from now on.
///
/// # Errors
/// When the table is none.
pub fn speak(tag: &str, table: &str) -> Result<(), TableError> {
    let words = Words::read(table)?;
    let spoken = Spoken { tag: tag.to_owned(), words, language: language(tag) };
    SPOKEN.with(|signal| signal.set(Rc::new(spoken)));
    Ok(())
}

/// The tag of the language.
pub fn tag() -> String {
    spoken().tag.clone()
}

/// A message without values, of this number. All of them have one type, so that the page has the code of a view only once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Message(usize);

impl Message {
    /// What it says.
    pub fn text(self) -> String {
        say(self.0, &[])
    }
}

#[inline(never)]
fn say(message: usize, values: &[Value<'_>]) -> String {
    let spoken = spoken();
    spoken.words.say(message, values, &*spoken.language)
}

/// A whole number.
pub fn number(number: impl Into<f64>) -> String {
    spoken().language.number(number.into())
}

/// A number with one digit after the point.
pub fn decimal(number: f64) -> String {
    spoken().language.decimal(number)
}

/// The name of a piece of content that calls itself `own`, as [`Words::name`] has it. `id` has its kind in front: `ore-ferrite`.
pub fn name(id: &str, own: &str) -> String {
    spoken().words.name(id, own).to_owned()
}

/// Stands for a value that gets an element of its own.
pub const SLOT: &str = "\u{fffc}";

/// A message that was given the [`SLOT`] as a value: what is before that and what is behind.
pub fn around_slot(text: &str) -> (String, String) {
    let (before, behind) = text.split_once(SLOT).unwrap_or((text, ""));
    (before.to_owned(), behind.to_owned())
}

#[cfg(test)]
mod tests;
