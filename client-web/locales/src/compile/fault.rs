//! What is wrong with a file of messages.

use std::fmt::{Display, Formatter};

use thiserror::Error;

/// A mistake in a file of messages.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[allow(missing_docs, reason = "each says in its text what it is")]
pub enum Fault {
    #[error("line {line}: {why}")]
    Syntax { line: usize, why: String },
    #[error("{id}: is there twice")]
    Twice { id: String },
    #[error("{id}: has no text")]
    Empty { id: String },
    #[error("{id}: has {what}, which this game's messages do not have")]
    Unsupported { id: String, what: &'static str },
    #[error("{id}: refers to {to}, which is not there, or refers back to it")]
    Dangling { id: String, to: String },
    #[error("{id}: has a control character")]
    Control { id: String },
    #[error("{id}: has more than nine variables")]
    TooManyVariables { id: String },
    #[error("{id}: uses ${variable} both as a number and as a text")]
    BothKinds { id: String, variable: String },
    #[error(
        "{id}: selects by the number ${variable} without the form “{category}”, which the language has"
    )]
    NoForm { id: String, variable: String, category: &'static str },
    #[error("{id}: selects by “{key}”, which is no number and no plural form")]
    NoSuchForm { id: String, key: String },
    #[error("the plural forms of this language are not known here: add them to `forms`")]
    UnknownLanguage,
    #[error("{id}: is missing")]
    Missing { id: String },
    #[error("{id}: is not a message of {reference}")]
    Surplus { id: String, reference: String },
    #[error("{id}: uses ${variable}, which {reference} does not")]
    UnknownVariable { id: String, variable: String, reference: String },
}

/// All mistakes of a file.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub struct Faults {
    /// The file.
    pub file: String,
    /// Its mistakes, at least one.
    pub faults: Vec<Fault>,
}

impl Display for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for (n, fault) in self.faults.iter().enumerate() {
            let separator = if n == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {fault}", self.file)?;
        }
        Ok(())
    }
}
