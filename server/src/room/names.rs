//! Names as they are shown: tidied, bounded, and never two alike.

use driftfield_shared::limits::NAME_CHARS_MAX;

/// The name to show for what a client asked to be called: no control, formatting or blank characters but
/// single spaces, at most [`NAME_CHARS_MAX`] characters, and a number behind it if it is taken: a small one, or
/// from `seat` on, of which everyone has another, so that a thousand of one name do not search for long.
pub fn tidy(asked: &str, seat: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let visible: String = asked.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let mut name = String::new();
    for word in visible.split(' ') {
        let word: String = word.chars().filter(|c| is_shown(*c)).collect();
        if word.is_empty() {
            continue;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(&word);
    }
    let name: String = name.chars().take(NAME_CHARS_MAX).collect();
    let name = match name.trim() {
        "" => "Pilot",
        name => name,
    };
    if !is_taken(name) {
        return name.to_owned();
    }
    (2..=SMALL_NUMBER_MAX)
        .chain(SMALL_NUMBER_MAX + 1 + seat..)
        .map(|number| {
            let suffix = format!(" {number}");
            let room = NAME_CHARS_MAX - suffix.len();
            name.chars().take(room).chain(suffix.chars()).collect()
        })
        .find(|candidate: &String| !is_taken(candidate))
        .unwrap_or_default()
}

/// Numbers that are tried in turn.
const SMALL_NUMBER_MAX: usize = 9;

/// Whether a character is a visible one of its own: no control, direction, joiner, tag or private one, and
/// no combining mark that could be piled up.
fn is_shown(c: char) -> bool {
    let is_hidden = matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{10ffff}');
    let is_combining = matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}');
    !c.is_control() && !is_hidden && !is_combining
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_tidied() {
        let free = |_: &str| false;
        assert_eq!(tidy("  Ada \t Lovelace\n", 0, free), "Ada Lovelace");
        assert_eq!(tidy("\u{202e}evil\u{200b}", 0, free), "evil");
        assert_eq!(tidy("Z\u{0351}\u{036b}a\u{0343}lgo", 0, free), "Zalgo");
        assert_eq!(tidy("", 0, free), "Pilot");
        assert_eq!(tidy("Łucja 東京", 0, free), "Łucja 東京");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let taken = ["Ada", "Ada 2", "abcdefghijklmnopqrst"];
        let is_taken = |name: &str| taken.contains(&name);
        assert_eq!(tidy("Ada", 0, is_taken), "Ada 3");
        assert_eq!(tidy("abcdefghijklmnopqrstuvw", 0, is_taken), "abcdefghijklmnopqr 2");
    }

    #[test]
    fn of_a_thousand_of_one_name_each_is_called_differently_and_asks_a_few_times_only() {
        let mut taken = HashSet::new();
        for seat in 0..1_000 {
            let asked = Cell::new(0);
            let name = tidy("Ada", seat, |name| {
                asked.set(asked.get() + 1);
                taken.contains(name)
            });
            assert!(asked.get() <= 10, "{name}: asked {} times", asked.get());
            assert!(taken.insert(name));
        }
        assert!(taken.contains("Ada 2") && taken.contains("Ada 9"));
    }

    proptest! {
        #[test]
        fn no_name_is_empty_or_too_long(asked in any::<String>()) {
            let name = tidy(&asked, 0, |_| false);
            prop_assert!((1..=NAME_CHARS_MAX).contains(&name.chars().count()), "{name:?}");
            prop_assert!(name.chars().all(|c| c == ' ' || is_shown(c)));
        }
    }
}
