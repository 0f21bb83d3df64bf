//! Words that a reader may have masked.

use std::collections::HashSet;

use driftfield_shared::protocol::Saying;
use rustrict::{CensorStr, Type};
use serde::Deserialize;
use unicode_security::skeleton;

/// What a word must be like to be masked for those who want that.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Only the host's own words are masked.
    Off,
    /// Slurs and threats.
    Severe,
    /// Swearing, too.
    #[default]
    Moderate,
    /// All that could offend anybody.
    Mild,
}

impl Severity {
    fn threshold(self) -> Type {
        match self {
            Severity::Off => Type::NONE,
            Severity::Severe => Type::INAPPROPRIATE & Type::SEVERE,
            Severity::Moderate => Type::INAPPROPRIATE & Type::MODERATE_OR_HIGHER,
            Severity::Mild => Type::INAPPROPRIATE & Type::MILD_OR_HIGHER,
        }
    }
}

/// Finds words to mask: those of a list that knows how they are disguised, and the host's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordList {
    severity: Severity,
    /// The host's words, in the form in which look-alikes are equal.
    own: HashSet<String>,
}

impl WordList {
    /// A list of this severity, with words of the host's own.
    pub fn new(severity: Severity, own: &[String]) -> Self {
        WordList { severity, own: own.iter().map(|word| key(word)).collect() }
    }

    /// The parts of a text to mask, in bytes, in order. A text that only as a whole says such a word, letter by letter,
    /// is masked as a whole.
    pub fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let words = text.split(' ').map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (word, (start, start + word.len()))
        });
        let found: Vec<_> =
            words.filter(|(word, _)| self.is_found(word)).map(|(_, part)| part).collect();
        match found.is_empty() && self.is_listed(text) {
            true => Vec::from([(0, text.len())]),
            false => found,
        }
    }

    /// The parts of what is said to mask, as a line has them.
    pub fn mask(&self, saying: &Saying) -> Vec<(u16, u16)> {
        let text = match saying {
            Saying::Text(text) | Saying::Action(text) => text,
            Saying::Phrase(_) | Saying::Ping { .. } => return Vec::new(),
        };
        let found = self.find(text);
        if found.len() > MASKS_MAX {
            return vec![(0, text.len() as u16)];
        }
        found.into_iter().map(|(start, end)| (start as u16, end as u16)).collect()
    }

    fn is_found(&self, word: &str) -> bool {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        self.is_listed(word) || !bare.is_empty() && self.own.contains(&key(bare))
    }

    fn is_listed(&self, text: &str) -> bool {
        self.severity != Severity::Off && text.is(self.severity.threshold())
    }
}

/// Masked parts of a line; with more, all of it is masked.
const MASKS_MAX: usize = 16;

fn key(word: &str) -> String {
    skeleton(&word.to_lowercase()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(list: &WordList, text: &str) -> String {
        let mut shown = text.to_owned();
        for (start, end) in list.find(text).into_iter().rev() {
            let stars = "*".repeat(text[start..end].chars().count());
            shown.replace_range(start..end, &stars);
        }
        shown
    }

    #[test]
    fn swearing_is_found_however_it_is_written_and_honest_words_stay() {
        let list = WordList::default();
        assert_eq!(masked(&list, "what the fuck, man"), "what the ***** man");
        assert_eq!(masked(&list, "FuСk this"), "**** this", "with a Cyrillic letter");
        assert_eq!(masked(&list, "f u c k"), "*******");
        for honest in
            ["Scunthorpe assassin, bass class", "gg wp", "привет, как дела?", "こんにちは"]
        {
            assert_eq!(masked(&list, honest), honest);
        }
    }

    #[test]
    fn the_host_says_how_much_and_has_words_of_his_own() {
        let own = ["Rivalco".to_owned()];
        let list = WordList::new(Severity::Off, &own);
        assert_eq!(masked(&list, "fuck Rivalco! and r\u{456}valco"), "fuck ******** and *******");
        assert_eq!(masked(&list, "rivalcorp"), "rivalcorp");
        assert_eq!(list.find(""), []);
    }
}
