//! A language that nobody speaks, which shows two mistakes at a glance: a text that is from no file has no marks, and a
//! layout that has no room for longer languages breaks.

use super::locale::{Choice, Locale, Piece};

/// How much longer it is: two letters for each five.
const LONGER: usize = 5;

impl Locale {
    /// The same messages with a mark on each vowel, about 40 % longer, and in brackets, so that a cut end is seen, too.
    pub fn pseudo(&self, tag: &str) -> Locale {
        let messages = self.messages.iter().map(|(id, pieces)| {
            let mut changed = vec![Piece::Text("[".to_owned())];
            changed.extend(change(pieces));
            changed.push(Piece::Text("]".to_owned()));
            (id.clone(), changed)
        });
        Locale { tag: tag.to_owned(), messages: messages.collect() }
    }
}

fn change(pieces: &[Piece]) -> Vec<Piece> {
    let change_one = |piece: &Piece| match piece {
        Piece::Text(text) => Piece::Text(lengthen(text)),
        Piece::Choice(Choice { variable, is_number, cases, default }) => Piece::Choice(Choice {
            variable: variable.clone(),
            is_number: *is_number,
            cases: cases.iter().map(|(key, pieces)| (key.clone(), change(pieces))).collect(),
            default: change(default),
        }),
        piece => piece.clone(),
    };
    pieces.iter().map(change_one).collect()
}

fn lengthen(text: &str) -> String {
    let mut longer = String::new();
    for (n, c) in text.chars().enumerate() {
        let marked = match c {
            'a' => 'ä',
            'e' => 'ë',
            'i' => 'ï',
            'o' => 'ö',
            'u' => 'ü',
            'A' => 'Ä',
            'E' => 'Ë',
            'O' => 'Ö',
            'U' => 'Ü',
            c => c,
        };
        longer.push(marked);
        if c.is_alphabetic() && n % LONGER < 2 {
            longer.push(marked.to_lowercase().next().unwrap_or(marked));
        }
    }
    longer
}
