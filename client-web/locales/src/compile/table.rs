//! Writes the table of a language, which [`Words`](crate::Words) reads.

use super::locale::Piece;
use super::locales::{Locales, Variable};
use crate::mark;

impl Locales {
    /// The table of a language; `None` if there is no such language.
    pub fn table(&self, tag: &str) -> Option<String> {
        let locale = self.locale(tag)?;
        let mut table = String::new();
        for message in &self.messages {
            let pieces = locale.messages.get(&message.id)?;
            write(pieces, &message.variables, &mut table);
            table.push('\n');
        }
        table.push('\n');
        // The content itself says its names in the language of the reference. That name stands beside ours, because a host may
        // have given the same thing another one.
        let reference = self.names(&self.all[0].tag);
        for ((id, text), (_, original)) in self.names(tag).into_iter().zip(reference) {
            if text != original {
                table.extend([id, "=", &original, "\u{5}", &text, "\n"]);
            }
        }
        Some(table)
    }
}

fn write(pieces: &[Piece], variables: &[Variable], out: &mut String) {
    let place = |name: &str| variables.iter().position(|variable| variable.name == name);
    let put = |kind: char, name: &str, out: &mut String| {
        if let Some(place) = place(name) {
            out.push(kind);
            out.push_str(&place.to_string());
        }
    };
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                out.extend(text.chars().map(|c| if c == '\n' { mark::BREAK } else { c }));
            }
            Piece::Variable(name) => {
                let is_number = place(name).is_some_and(|place| variables[place].is_number);
                put(if is_number { mark::NUMBER } else { mark::TEXT }, name, out);
            }
            Piece::Number(name) => put(mark::NUMBER, name, out),
            Piece::Choice(choice) => {
                put(mark::CHOICE, &choice.variable, out);
                for (key, pieces) in &choice.cases {
                    out.push_str(key);
                    out.push(mark::KEY);
                    write(pieces, variables, out);
                    out.push(mark::CASE);
                }
                write(&choice.default, variables, out);
                out.push(mark::END);
            }
        }
    }
}
