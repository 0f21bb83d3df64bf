//! The messages of all languages, checked against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::locale::{Locale, Piece, each_variable};
use super::{CONTENT, Fault, Faults, PAGE};

/// All languages. The first one, the reference, says which messages there are and which variables each of them has.
#[derive(Clone, Debug)]
pub struct Locales {
    pub(super) all: Vec<Locale>,
    /// The messages that have a number: all but the names of content.
    pub(super) messages: Vec<Signature>,
}

/// A message with its variables, in the order of its values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Signature {
    pub id: String,
    pub variables: Vec<Variable>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Variable {
    pub name: String,
    pub is_number: bool,
}

impl Locales {
    /// All languages, the reference first.
    ///
    /// # Errors
    /// When one of them has not the messages or the variables of the reference; all mistakes of it are named.
    ///
    /// # Panics
    /// When there is no language.
    pub fn new(all: Vec<Locale>) -> Result<Self, Faults> {
        let (reference, others) = all.split_first().expect("a game has a language");
        for other in others {
            let faults = compare(reference, other);
            if !faults.is_empty() {
                return Err(Faults { file: format!("{}.ftl", other.tag), faults });
            }
        }
        let ids = reference.messages.keys().filter(|id| !id.starts_with(CONTENT));
        let messages: Vec<Signature> = ids.map(|id| signature(&all, id)).collect();
        Ok(Locales { all, messages })
    }

    /// The tags of all languages, the reference first.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|locale| &locale.tag[..])
    }

    /// The number of a message.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.messages.iter().position(|message| message.id == id)
    }

    /// What a message without variables says in a language.
    pub fn text(&self, tag: &str, id: &str) -> Option<String> {
        let pieces = self.locale(tag)?.messages.get(id)?.iter().map(|piece| match piece {
            Piece::Text(text) => Some(&text[..]),
            _ => None,
        });
        pieces.collect()
    }

    /// The messages of the page's own files, which must say all of them.
    pub fn of_page(&self) -> impl Iterator<Item = &str> {
        self.messages.iter().map(|message| &message.id[..]).filter(|id| id.starts_with(PAGE))
    }

    /// The names of content in a language, as `ore-iron`, with their texts.
    pub fn names(&self, tag: &str) -> Vec<(&str, String)> {
        let messages = self.locale(tag).into_iter().flat_map(|locale| &locale.messages);
        let names =
            messages.filter_map(|(id, _)| Some((id.strip_prefix(CONTENT)?, self.text(tag, id)?)));
        names.collect()
    }

    pub(super) fn locale(&self, tag: &str) -> Option<&Locale> {
        self.all.iter().find(|locale| locale.tag == tag)
    }
}

fn variables(locale: &Locale, id: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(pieces) = locale.messages.get(id) {
        each_variable(pieces, &mut |name, _| _ = names.insert(name.to_owned()));
    }
    names
}

/// What is wrong with a language beside the reference. A message may leave a variable out.
fn compare(reference: &Locale, other: &Locale) -> Vec<Fault> {
    let missing = reference.messages.keys().filter(|id| !other.messages.contains_key(*id));
    let mut faults: Vec<Fault> = missing.map(|id| Fault::Missing { id: id.clone() }).collect();
    let name = || reference.tag.clone();
    for id in other.messages.keys() {
        if !reference.messages.contains_key(id) {
            faults.push(Fault::Surplus { id: id.clone(), reference: name() });
            continue;
        }
        let known = variables(reference, id);
        for variable in variables(other, id).difference(&known).cloned() {
            faults.push(Fault::UnknownVariable { id: id.clone(), variable, reference: name() });
        }
    }
    faults
}

/// A variable is a number if any language uses it as one.
fn signature(all: &[Locale], id: &str) -> Signature {
    let mut order: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<String, bool> = BTreeMap::new();
    for pieces in all.iter().filter_map(|locale| locale.messages.get(id)) {
        each_variable(pieces, &mut |name, is_number| {
            if !order.iter().any(|known| known == name) {
                order.push(name.to_owned());
            }
            *numbers.entry(name.to_owned()).or_default() |= is_number == Some(true);
        });
    }
    let variables = order.into_iter().map(|name| {
        let is_number = numbers.get(&name).copied().unwrap_or_default();
        Variable { name, is_number }
    });
    Signature { id: id.to_owned(), variables: variables.collect() }
}
