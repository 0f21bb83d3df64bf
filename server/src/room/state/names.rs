//! Display names: cleaned up, bounded, and never two that look alike.
//!
//! ```text
//! wanted name --> tidy --> a visible name of at most 20 characters
//!                          Names::choose --> the same, or with a number if a similar name is taken
//! ```
//!
//! Which names look alike is judged by Unicode's confusable characters (UTS 39).

use std::collections::HashSet;

use driftfield_bots::brains::BRAINS;
use driftfield_shared::limits::NAME_CHARS_MAX;
use unicode_security::skeleton;

use crate::text::{cut, visible};

/// The name of a player whose wanted name has no visible character.
const NAMELESS: &str = "Pilot";
/// Numbers that are tried in order after a taken name.
const SMALL_NUMBER_MAX: usize = 9;

/// The taken names of a room.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Two keys per name: see [`keys`].
    keys: HashSet<String>,
}

impl Names {
    /// A free name for the player on `seat` that looks like nobody else's. A taken name gets a number: a small one,
    /// or one from `seat` on, where each seat begins elsewhere, so that a thousand players of one name do not search
    /// for long. Names in the format of bots are for bots only.
    pub fn choose(&self, asked: &str, seat: usize, is_bot: bool) -> String {
        let name = tidy(asked);
        let name = if is_bot { &name[..] } else { without_title(&name) };
        if !self.is_taken(name) {
            return name.to_owned();
        }
        (2..=SMALL_NUMBER_MAX)
            .chain(SMALL_NUMBER_MAX + 1 + seat..)
            .map(|number| {
                let suffix = format!(" {number}");
                let kept = cut(name, NAME_CHARS_MAX - suffix.len());
                format!("{}{suffix}", kept.trim_end())
            })
            .find(|candidate| !self.is_taken(candidate))
            .unwrap_or_default()
    }

    /// Marks a name as taken.
    pub fn insert(&mut self, name: &str) {
        self.keys.extend(keys(name));
    }

    /// Marks a name as free.
    pub fn remove(&mut self, name: &str) {
        for key in keys(name) {
            self.keys.remove(&key);
        }
    }

    /// Whether somebody has this name or one that looks like it.
    fn is_taken(&self, name: &str) -> bool {
        keys(name).iter().any(|key| self.keys.contains(key))
    }
}

/// What is the same for names that look alike. Letters of either case look alike, too, but a capital I is like a small l
/// and a small i is not, so there are two orders in which to forget the case.
fn keys(name: &str) -> [String; 2] {
    let solid: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let as_written = skeleton(&solid).collect::<String>().to_lowercase();
    [as_written, skeleton(&solid.to_lowercase()).collect()]
}

/// A person's name without the words in front by which bots say what they do.
fn without_title(mut name: &str) -> &str {
    while let Some((first, rest)) = name.split_once(' ')
        && BRAINS.iter().any(|kind| keys(kind.title).iter().any(|key| keys(first).contains(key)))
    {
        name = rest;
    }
    name
}

/// The name to show for what somebody asked to be called: nothing but characters that can be seen, at most
/// [`NAME_CHARS_MAX`] of them.
fn tidy(asked: &str) -> String {
    match cut(&visible(asked), NAME_CHARS_MAX).trim_end() {
        "" => NAMELESS.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::text::tricks::{PIECES, is_forbidden};

    fn taken(names: &[&str]) -> Names {
        let mut all = Names::default();
        names.iter().for_each(|name| all.insert(name));
        all
    }

    #[test]
    fn names_are_tidied() {
        assert_eq!(tidy("  Ada \t Lovelace\n"), "Ada Lovelace");
        assert_eq!(tidy("\u{202e}evil\u{200b}"), "evil");
        assert_eq!(tidy("Łucja 東京"), "Łucja 東京");
        assert_eq!(tidy("x_X-[7]-X_x €"), "x_X-[7]-X_x €");
        assert_eq!(tidy("नमस्ते"), "नमस्ते");
    }

    proptest! {
        #[test]
        fn no_trick_made_of_known_pieces_reaches_a_name(pieces in vec(select(&PIECES[..]), 0..30)) {
            let asked = pieces.concat();
            let name = tidy(&asked);
            let written = asked.escape_unicode().to_string();
            prop_assert!(!name.chars().any(is_forbidden), "{written}");
            prop_assert!(!name.is_empty() && name.trim() == name && !name.contains("  "), "{written}");
        }
    }

    #[test]
    fn a_name_of_which_nothing_can_be_seen_is_pilot() {
        let blanks = [
            "",
            "\u{2800}\u{2800}",
            "\u{1d159}\u{1d159}",
            "\u{1d173}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{200b}\u{2060}",
            "\u{0301}\u{0302}",
            "\u{fe0f}",
            "\u{200d}",
            "\u{e0041}",
            "\u{e000}",
            "\u{34f}",
            "\u{17b4}",
            "\u{180e}",
        ];
        for blank in blanks {
            assert_eq!(tidy(blank), NAMELESS, "{}", blank.escape_unicode());
        }
    }

    #[test]
    fn a_letter_has_three_marks_at_the_most() {
        let tower = format!("\u{0e01}{}", "\u{0e49}".repeat(19));
        assert_eq!(tidy(&tower), format!("\u{0e01}{}", "\u{0e49}".repeat(3)));
        let zalgo = format!("Z{}lgo", "\u{0351}".repeat(9));
        assert_eq!(tidy(&zalgo).chars().count(), 7);
    }

    #[test]
    fn an_emoji_stays_in_one_piece_and_a_joiner_elsewhere_goes() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
        let heart = "\u{2764}\u{fe0f}\u{200d}\u{1f525}";
        let pilot = "\u{1f469}\u{1f3fd}\u{200d}\u{2708}\u{fe0f}";
        for emoji in [family, heart, pilot, "\u{1f1eb}\u{1f1ee}"] {
            assert_eq!(tidy(emoji), emoji, "{}", emoji.escape_unicode());
        }
        assert_eq!(tidy("A\u{200d}da"), "Ada");
        assert_eq!(tidy(&family.repeat(3)), family.repeat(2), "cut between emoji, not within one");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let names = taken(&["Ada", "Ada 2", "abcdefghijklmnopqrst"]);
        assert_eq!(names.choose("Ada", 0, false), "Ada 3");
        assert_eq!(names.choose("abcdefghijklmnopqrstuvw", 0, false), "abcdefghijklmnopqr 2");
    }

    #[test]
    fn a_name_that_looks_like_a_taken_one_gets_a_number() {
        let names = taken(&["Ada", "Ian"]);
        for asked in ["ada", "ADA", "\u{0410}d\u{0430}", "\u{ff21}da", "A d a", "Ada\u{200b}"] {
            let name = names.choose(asked, 0, false);
            assert!(name.ends_with(" 2"), "{asked} -> {name}");
        }
        for asked in ["lan", "ian", "IAN", "1an"] {
            let name = names.choose(asked, 0, false);
            assert!(name.ends_with(" 2"), "{asked} -> {name}");
        }
        assert_eq!(names.choose("Adam", 0, false), "Adam");
    }

    #[test]
    fn a_name_is_free_again_when_its_owner_has_gone() {
        let mut names = taken(&["Ada"]);
        names.remove("Ada");
        assert_eq!(names.choose("ada", 0, false), "ada");
    }

    #[test]
    fn bots_names_are_for_bots() {
        let names = taken(&["Ada"]);
        assert_eq!(names.choose("Miner Bo", 0, true), "Miner Bo");
        assert_eq!(names.choose("Miner Bo", 0, false), "Bo");
        assert_eq!(names.choose("m\u{0456}ner HUNTER Ada", 0, false), "Ada 2");
        assert_eq!(names.choose("Miner", 0, false), "Miner");
    }

    #[test]
    fn of_a_thousand_of_one_name_each_is_called_differently() {
        let mut names = Names::default();
        let mut all = HashSet::new();
        for seat in 0..1_000 {
            let name = names.choose("Ada", seat, false);
            names.insert(&name);
            assert!(all.insert(name));
        }
        assert!(all.contains("Ada 2") && all.contains("Ada 9"));
    }

    proptest! {
        #[test]
        fn no_name_is_empty_or_too_long_and_tidying_it_again_changes_nothing(asked in any::<String>()) {
            let name = tidy(&asked);
            prop_assert!((1..=NAME_CHARS_MAX).contains(&name.chars().count()), "{name:?}");
            prop_assert_eq!(tidy(&name), name);
        }
    }
}
