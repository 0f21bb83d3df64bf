//! English without a browser, for native tests.

use driftfield_locales::{Category, Language, Words};

use super::{Spelling, Spoken};

struct English;

impl Language for English {
    fn category(&self, number: f64) -> Category {
        if number == 1.0 { Category::One } else { Category::Other }
    }

    fn number(&self, number: f64) -> String {
        let text = number.to_string();
        let digits = text.find('.').unwrap_or(text.len());
        let mut grouped = String::with_capacity(text.len() + digits / 3);
        for (index, digit) in text.chars().enumerate() {
            if index > 0 && index < digits && (digits - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }
}

impl Spelling for English {
    fn decimal(&self, number: f64) -> String {
        format!("{number:.1}")
    }
}

pub(super) fn language(_: &str) -> Box<dyn Spelling> {
    Box::new(English)
}

pub(super) fn default_language() -> Spoken {
    let table = include_str!(concat!(env!("OUT_DIR"), "/en.txt"));
    let words = Words::read(table).expect("a table that was written when this was built");
    Spoken { tag: "en".to_owned(), words, language: language("en") }
}
