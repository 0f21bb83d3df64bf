//! The messages of one language.

use std::collections::BTreeMap;

use super::Faults;
use super::read::read;
use crate::Category;

/// The messages of one language, checked by themselves.
#[derive(Clone, Debug)]
pub struct Locale {
    /// Its language tag, as `en`.
    pub tag: String,
    /// The messages by name.
    pub(super) messages: BTreeMap<String, Vec<Piece>>,
}

/// A piece of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// A text as it stands.
    Text(String),
    /// A variable. What kind of value it has, its other uses may tell.
    Variable(String),
    /// A variable that is a number.
    Number(String),
    /// A selection.
    Choice(Choice),
}

/// A selection by a variable: the first case that is meant, or else the default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Choice {
    pub variable: String,
    pub is_number: bool,
    /// Exact numbers first, as nothing else could be meant by them.
    pub cases: Vec<(String, Vec<Piece>)>,
    pub default: Vec<Piece>,
}

impl Locale {
    /// Reads the Fluent file of a language.
    ///
    /// # Errors
    /// When something in it is wrong; all mistakes are named.
    pub fn read(tag: &str, text: &str) -> Result<Self, Faults> {
        match read(tag, text) {
            Ok(messages) => Ok(Locale { tag: tag.to_owned(), messages }),
            Err(faults) => Err(Faults { file: format!("{tag}.ftl"), faults }),
        }
    }
}

/// The plural forms of a language that a selection by a number must have beside the default. After
/// [CLDR](https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html); `None` where nobody has
/// looked them up yet.
pub(super) fn forms(tag: &str) -> Option<&'static [Category]> {
    match tag {
        "en" | "de" | "sv" | "fi" | "nl" => Some(&[Category::One]),
        "ru" | "uk" => Some(&[Category::One, Category::Few, Category::Many]),
        "ja" | "zh" | "ko" => Some(&[]),
        _ => None,
    }
}

/// Calls `visit` for each variable of a message, with whether it is used as a number (`Some`), or in a way that tells
/// nothing of that.
pub(super) fn each_variable<'a>(
    pieces: &'a [Piece],
    visit: &mut impl FnMut(&'a str, Option<bool>),
) {
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Variable(name) => visit(name, None),
            Piece::Number(name) => visit(name, Some(true)),
            Piece::Choice(choice) => {
                visit(&choice.variable, Some(choice.is_number));
                choice.cases.iter().for_each(|(_, pieces)| each_variable(pieces, visit));
                each_variable(&choice.default, visit);
            }
        }
    }
}
