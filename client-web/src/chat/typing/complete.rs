//! Completes the word before the cursor, as Tab does: names of players, and names of commands at the start of a line.

use super::commands::all;
use crate::letters::lower;

/// A completion under way: the next Tab offers the next candidate.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// The text before the word, and all that it may become; none: nothing is being completed.
    head: String,
    candidates: Vec<String>,
    at: usize,
    /// The text with the last candidate, up to the cursor.
    offered: String,
}

impl Completion {
    /// The text up to the cursor with its last word completed; `None` where nothing fits. `before` is that text now, and
    /// `names` are those that it may begin.
    pub fn step<'a>(&mut self, before: &str, names: impl Iterator<Item = &'a str>) -> Option<&str> {
        if self.candidates.is_empty() || self.offered != before {
            self.begin(before, names);
        } else {
            self.at = (self.at + 1) % self.candidates.len();
        }
        let candidate = self.candidates.get(self.at)?;
        self.offered = format!("{}{candidate} ", self.head);
        Some(&self.offered)
    }

    fn begin<'a>(&mut self, before: &str, names: impl Iterator<Item = &'a str>) {
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let (head, word) = before.split_at(start);
        let begin = lower(word);
        let fits = |name: &str| !word.is_empty() && lower(name).starts_with(&begin);
        self.candidates = match word.strip_prefix('/').filter(|_| head.is_empty()) {
            Some(word) => {
                let names = all().filter_map(|command| command.names.first());
                let names = names.filter(|name| name.starts_with(&word.to_ascii_lowercase()));
                names.map(|name| format!("/{name}")).collect()
            }
            None => names.filter(|name| fits(name)).map(str::to_owned).collect(),
        };
        self.candidates.dedup();
        (self.head, self.at) = (head.to_owned(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["Ada", "adam", "Bo", "Жанна"];

    fn step(completion: &mut Completion, before: &str) -> Option<String> {
        completion.step(before, NAMES.into_iter()).map(str::to_owned)
    }

    #[test]
    fn tab_completes_a_name_and_again_the_next_one() {
        let mut completion = Completion::default();
        assert_eq!(step(&mut completion, "hi AD").as_deref(), Some("hi Ada "));
        assert_eq!(step(&mut completion, "hi Ada ").as_deref(), Some("hi adam "));
        assert_eq!(step(&mut completion, "hi adam ").as_deref(), Some("hi Ada "));
        assert_eq!(step(&mut completion, "b").as_deref(), Some("Bo "));
        assert_eq!(step(&mut completion, "жа").as_deref(), Some("Жанна "));
        for nothing in ["", "hi ", "x"] {
            assert_eq!(step(&mut completion, nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn commands_are_completed_at_the_start_of_a_line() {
        let mut completion = Completion::default();
        assert_eq!(step(&mut completion, "/he").as_deref(), Some("/help "));
        assert_eq!(step(&mut completion, "/w a").as_deref(), Some("/w Ada "));
        assert_eq!(step(&mut completion, "so /he"), None);
    }
}
