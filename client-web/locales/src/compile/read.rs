//! Reads a Fluent file, and refuses what our messages do not have.

use std::collections::BTreeMap;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};
use fluent_syntax::parser;
use fluent_syntax::unicode::unescape_unicode_to_string;

use super::locale::{Choice, Piece, each_variable, forms};
use super::{CONTENT, Fault};
use crate::Category;

/// How far references may lead on. A circle of them is longer.
const REFERENCES_MAX: usize = 8;
/// A variable is one digit in a table.
const VARIABLES_MAX: usize = 9;

type Messages = BTreeMap<String, Vec<Piece>>;

pub(super) fn read(tag: &str, text: &str) -> Result<Messages, Vec<Fault>> {
    let resource = parser::parse(text).map_err(|(_, errors)| {
        let line = |at: usize| text.get(..at).map_or(0, |before| before.lines().count().max(1));
        let faults = errors.iter().map(|error| Fault::Syntax {
            line: line(error.pos.start),
            why: error.kind.to_string(),
        });
        faults.collect::<Vec<_>>()
    })?;
    let mut patterns = BTreeMap::new();
    let mut reader = Reader { patterns: BTreeMap::new(), faults: Vec::new(), id: String::new() };
    let mut ids = Vec::new();
    for entry in &resource.body {
        let (key, id, value, attributes) = match entry {
            Entry::Message(it) => {
                (it.id.name.to_owned(), Some(it.id.name), it.value.as_ref(), &it.attributes)
            }
            Entry::Term(it) => (format!("-{}", it.id.name), None, Some(&it.value), &it.attributes),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            Entry::Junk { content } => {
                let line = text.find(content).map_or(0, |at| text[..at].lines().count() + 1);
                reader.faults.push(Fault::Syntax { line, why: "no message".to_owned() });
                continue;
            }
        };
        reader.id.clone_from(&key);
        if !attributes.is_empty() {
            reader.refuse("attributes");
        }
        match value {
            None => reader.faults.push(Fault::Empty { id: key }),
            Some(value) => {
                if patterns.insert(key.clone(), value).is_some() {
                    reader.faults.push(Fault::Twice { id: key });
                }
                ids.extend(id);
            }
        }
    }
    reader.patterns = patterns;
    let mut messages = Messages::new();
    for id in ids {
        reader.id = id.to_owned();
        let pieces = reader.message(id, 0);
        let is_empty = |piece: &Piece| *piece == Piece::Text(String::new());
        if !pieces.is_empty() && pieces.iter().all(is_empty) {
            reader.faults.push(Fault::Empty { id: id.to_owned() });
        }
        reader.check(tag, &pieces);
        messages.insert(id.to_owned(), pieces);
    }
    match reader.faults.is_empty() {
        true => Ok(messages),
        false => Err(reader.faults),
    }
}

struct Reader<'a> {
    /// Messages, and terms with a hyphen in front.
    patterns: BTreeMap<String, &'a Pattern<&'a str>>,
    faults: Vec<Fault>,
    /// The message that is being read.
    id: String,
}

impl Reader<'_> {
    fn refuse(&mut self, what: &'static str) {
        self.faults.push(Fault::Unsupported { id: self.id.clone(), what });
    }

    fn message(&mut self, key: &str, depth: usize) -> Vec<Piece> {
        match self.patterns.get(key) {
            Some(pattern) if depth <= REFERENCES_MAX => self.pattern(pattern, depth),
            _ => {
                self.faults.push(Fault::Dangling { id: self.id.clone(), to: key.to_owned() });
                Vec::new()
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&str>, depth: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => push_text(&mut pieces, value),
                PatternElement::Placeable { expression } => {
                    self.expression(expression, depth, &mut pieces);
                }
            }
        }
        pieces
    }

    fn expression(&mut self, expression: &Expression<&str>, depth: usize, out: &mut Vec<Piece>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline, depth, out),
            Expression::Select { selector, variants } => {
                self.choice(selector, variants, depth, out)
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>, depth: usize, out: &mut Vec<Piece>) {
        match inline {
            InlineExpression::StringLiteral { value } => {
                push_text(out, &unescape_unicode_to_string(value));
            }
            InlineExpression::NumberLiteral { value } => push_text(out, value),
            InlineExpression::VariableReference { id } => {
                out.push(Piece::Variable(id.name.to_owned()));
            }
            InlineExpression::FunctionReference { id, arguments } => {
                match (id.name, &arguments.positional[..], &arguments.named[..]) {
                    ("NUMBER", [InlineExpression::VariableReference { id }], []) => {
                        out.push(Piece::Number(id.name.to_owned()));
                    }
                    _ => self.refuse("a function other than NUMBER($variable)"),
                }
            }
            InlineExpression::MessageReference { id, attribute: None } => {
                for piece in self.message(id.name, depth + 1) {
                    push(out, piece);
                }
            }
            InlineExpression::TermReference { id, attribute: None, arguments: None } => {
                for piece in self.message(&format!("-{}", id.name), depth + 1) {
                    push(out, piece);
                }
            }
            InlineExpression::MessageReference { .. } | InlineExpression::TermReference { .. } => {
                self.refuse("a reference with an attribute or arguments");
            }
            InlineExpression::Placeable { expression } => self.expression(expression, depth, out),
        }
    }

    fn choice(
        &mut self,
        selector: &InlineExpression<&str>,
        variants: &[Variant<&str>],
        depth: usize,
        out: &mut Vec<Piece>,
    ) {
        let (variable, is_called_number) = match selector {
            InlineExpression::VariableReference { id } => (id.name, false),
            InlineExpression::FunctionReference { id, arguments } if id.name == "NUMBER" => {
                match (&arguments.positional[..], &arguments.named[..]) {
                    ([InlineExpression::VariableReference { id }], []) => (id.name, true),
                    _ => return self.refuse("a function other than NUMBER($variable)"),
                }
            }
            _ => return self.refuse("a selection by something other than a variable"),
        };
        let mut cases = Vec::new();
        let mut default = Vec::new();
        let mut is_number = is_called_number;
        let mut other = None;
        for variant in variants {
            let (key, is_exact) = match &variant.key {
                VariantKey::Identifier { name } => ((*name).to_owned(), false),
                VariantKey::NumberLiteral { value } => ((*value).to_owned(), true),
            };
            is_number |= is_exact || Category::of_name(&key).is_some();
            let pieces = self.pattern(&variant.value, depth);
            match variant.default {
                true => (default, other) = (pieces, Some(key)),
                false => cases.push((key, pieces)),
            }
        }
        if is_number {
            for key in cases.iter().map(|(key, _)| key).chain(&other) {
                if key.parse::<f64>().is_err() && Category::of_name(key).is_none() {
                    self.faults.push(Fault::NoSuchForm { id: self.id.clone(), key: key.clone() });
                }
            }
            cases.sort_by_key(|(key, _)| key.parse::<f64>().is_err());
        }
        out.push(Piece::Choice(Choice {
            variable: variable.to_owned(),
            is_number,
            cases,
            default,
        }));
    }

    /// What can only be checked of a whole message.
    fn check(&mut self, tag: &str, pieces: &[Piece]) {
        let is_plain = matches!(pieces, [Piece::Text(text)] if !text.contains('\n'));
        if self.id.starts_with(CONTENT) && !is_plain {
            self.refuse("more than a line of text, for a name of content");
        }
        let id = &self.id;
        let mut kinds: BTreeMap<&str, Option<bool>> = BTreeMap::new();
        let mut both = None;
        each_variable(pieces, &mut |name, is_number| {
            let kind = kinds.entry(name).or_default();
            if kind.is_some() && is_number.is_some() && *kind != is_number {
                both = Some(name.to_owned());
            }
            *kind = kind.or(is_number);
        });
        if let Some(variable) = both {
            self.faults.push(Fault::BothKinds { id: id.clone(), variable });
        }
        if kinds.len() > VARIABLES_MAX {
            self.faults.push(Fault::TooManyVariables { id: id.clone() });
        }
        check_pieces(tag, id, pieces, &mut self.faults);
    }
}

fn check_pieces(tag: &str, id: &str, pieces: &[Piece], faults: &mut Vec<Fault>) {
    for piece in pieces {
        match piece {
            Piece::Variable(_) | Piece::Number(_) => {}
            Piece::Text(text) => {
                if text.chars().any(|c| c.is_control() && c != '\n') {
                    faults.push(Fault::Control { id: id.to_owned() });
                }
            }
            Piece::Choice(choice) => {
                if choice.is_number {
                    check_forms(tag, id, choice, faults);
                }
                choice.cases.iter().for_each(|(_, pieces)| check_pieces(tag, id, pieces, faults));
                check_pieces(tag, id, &choice.default, faults);
            }
        }
    }
}

/// A selection by exact numbers alone needs no plural forms; one with any needs all.
fn check_forms(tag: &str, id: &str, choice: &Choice, faults: &mut Vec<Fault>) {
    let has = |name: &str| choice.cases.iter().any(|(key, _)| key == name);
    if !Category::ALL.iter().any(|category| has(category.name())) {
        return;
    }
    let Some(forms) = forms(tag) else {
        if !faults.contains(&Fault::UnknownLanguage) {
            faults.push(Fault::UnknownLanguage);
        }
        return;
    };
    for category in forms.iter().map(|form| form.name()).filter(|name| !has(name)) {
        let (id, variable) = (id.to_owned(), choice.variable.clone());
        faults.push(Fault::NoForm { id, variable, category });
    }
}

fn push(out: &mut Vec<Piece>, piece: Piece) {
    match piece {
        Piece::Text(text) => push_text(out, &text),
        piece => out.push(piece),
    }
}

/// Appends a text to the one before it, if there is one.
fn push_text(out: &mut Vec<Piece>, text: &str) {
    match out.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => out.push(Piece::Text(text.to_owned())),
    }
}
