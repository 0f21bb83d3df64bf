//! Figures and names as players read and type them.

use driftfield_shared::limits::{NAME_BYTES_MAX, NAME_CHARS_MAX};

use crate::say;

/// A name in two parts, so that a narrow column can cut the first one and still show the last: "Miner Ada" and "Miner
/// Bo" become "Mi… Ada" and "Mi… Bo". The last word, if it is a short one behind others; else the second part is empty.
pub fn name_parts(name: &str) -> (&str, &str) {
    /// Letters of a last word that still fits beside the beginning of the first.
    const LAST_WORD_MAX: usize = 8;
    match name.rfind(' ') {
        Some(at) if name[at..].chars().count() <= LAST_WORD_MAX + 1 => name.split_at(at),
        _ => (name, ""),
    }
}

/// Bytes per second.
pub fn byte_rate(bytes_per_second: f64) -> String {
    match bytes_per_second {
        rate if rate < 1_000.0 => say::bytes_per_second(&say::number(rate.round())),
        rate if rate < 1_000_000.0 => say::kilobytes_per_second(&say::decimal(rate / 1_000.0)),
        rate => say::megabytes_per_second(&say::decimal(rate / 1_000_000.0)),
    }
}

/// Bits per second.
pub fn bit_rate(bits_per_second: f64) -> String {
    match bits_per_second {
        rate if rate < 1_000.0 => say::bits_per_second(&say::number(rate.round())),
        rate if rate < 1_000_000.0 => say::kilobits_per_second(&say::decimal(rate / 1_000.0)),
        rate => say::megabits_per_second(&say::decimal(rate / 1_000_000.0)),
    }
}

/// A number with three digits after the point, as style sheets read it.
pub fn css_number(number: impl Into<f64>) -> String {
    // In thousandths: what writes fractions in general is ten kilobytes of the page.
    format!("{}e-3", (number.into() * 1000.0).round() as i64)
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sixteen bytes from hexadecimal, `None` if it is anything else.
pub fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    // `from_str_radix` would take a sign.
    if text.len() != 32 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The name to ask the server for, out of what was typed: cut to what a greeting may hold. A field's `maxlength` does not
/// bind what a phone's keyboard writes into it. Empty if nothing is left.
pub fn player_name(typed: &str) -> String {
    let letters: Vec<char> = typed.trim().chars().collect();
    let mut end = letters.len().min(NAME_CHARS_MAX);
    while letters[..end].iter().map(|letter| letter.len_utf8()).sum::<usize>() > NAME_BYTES_MAX {
        end -= 1;
    }
    // A family of emoji is taken whole or not at all.
    while end > 0 && end < letters.len() && (goes_on(letters[end]) || letters[end - 1] == JOINER) {
        end -= 1;
    }
    letters[..end].iter().collect::<String>().trim_end().to_owned()
}

/// The character that joins emoji to one.
const JOINER: char = '\u{200d}';

/// Whether a character belongs to the emoji before it: the joiner, the choice of a form, the colour of a skin.
fn goes_on(letter: char) -> bool {
    matches!(letter, JOINER | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// The room that a location's hash names: `#room=ID`, percent-encoded as the browser leaves it.
pub fn room_of_hash(hash: &str) -> Option<&str> {
    field_of_hash(hash, "room=")
}

/// The invitation to the room that a location's hash carries: `#room=ID&invite=I`.
pub fn invite_of_hash(hash: &str) -> Option<&str> {
    room_of_hash(hash)?;
    field_of_hash(hash, "invite=")
}

/// The secret of a party that a location's hash carries: `#party=P`, or `#room=ID&party=P`.
pub fn party_of_hash(hash: &str) -> Option<&str> {
    field_of_hash(hash, "party=")
}

fn field_of_hash<'a>(hash: &'a str, name: &str) -> Option<&'a str> {
    let fields = hash.strip_prefix('#')?;
    fields.split('&').find_map(|field| field.strip_prefix(name)).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_cut_between_emoji_and_not_within_one() {
        let family = "👨\u{200d}👩\u{200d}👧";
        assert_eq!(player_name(family), family);
        let kept = "a".repeat(NAME_CHARS_MAX - 4);
        assert_eq!(player_name(&format!("{kept}{family}")), kept, "no half of a family");
        let whole = "a".repeat(NAME_CHARS_MAX - 5);
        assert_eq!(player_name(&format!("{whole}{family}bc")), format!("{whole}{family}"));
        let thumb = "a".repeat(NAME_CHARS_MAX - 1);
        assert_eq!(player_name(&format!("{thumb}👍🏽")), thumb);
    }

    #[test]
    fn a_name_is_cut_before_its_last_word_and_nothing_of_it_is_lost() {
        for (name, first, last) in [
            ("Miner Ada", "Miner", " Ada"),
            ("Ada 2", "Ada", " 2"),
            ("Ada", "Ada", ""),
            ("", "", ""),
            ("Long Featherstonehaugh", "Long Featherstonehaugh", ""),
            ("Семья 👨\u{200d}👩\u{200d}👧", "Семья", " 👨\u{200d}👩\u{200d}👧"),
        ] {
            assert_eq!(name_parts(name), (first, last));
        }
    }

    #[test]
    fn rates_keep_three_figures() {
        assert_eq!(byte_rate(870.4), "870 B/s");
        assert_eq!(byte_rate(2_345.0), "2.3 kB/s");
        assert_eq!(byte_rate(1_250_000.0), "1.2 MB/s");
        assert_eq!(bit_rate(870.4), "870 bit/s");
        assert_eq!(bit_rate(64_000.0), "64.0 kbit/s");
        assert_eq!(bit_rate(2_150_000.0), "2.1 Mbit/s");
    }

    #[test]
    fn hexadecimal_goes_there_and_back_and_takes_nothing_else() {
        let bytes: [u8; 16] = std::array::from_fn(|index| index as u8 * 17);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for text in ["", "00", "zz", &"g".repeat(32), &"é".repeat(16), &"+1".repeat(16)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_cut_to_what_a_greeting_may_hold() {
        assert_eq!(player_name("  Ada "), "Ada");
        assert_eq!(player_name(" \t"), "");
        assert_eq!(player_name(&"Ж".repeat(40)), "Ж".repeat(20));
        assert_eq!(player_name(&"東".repeat(40)), "東".repeat(20));
        assert_eq!(player_name(&"🚀".repeat(40)), "🚀".repeat(16));
        assert_eq!(player_name(&format!("{} {}", "a".repeat(19), "b")), "a".repeat(19));
    }

    #[test]
    fn the_room_stands_in_the_hash() {
        assert_eq!(room_of_hash("#room=frontier"), Some("frontier"));
        assert_eq!(room_of_hash("#x=1&room=a-b"), Some("a-b"));
        for hash in ["", "#", "#room=", "#frontier", "room=frontier"] {
            assert_eq!(room_of_hash(hash), None);
        }
        assert_eq!(invite_of_hash("#room=own-a&invite=AAEC_-"), Some("AAEC_-"));
        assert_eq!(invite_of_hash("#invite=AAEC"), None, "an invitation is to a room");
        assert_eq!(invite_of_hash("#room=own-a&invite="), None);
        assert_eq!(party_of_hash("#room=a&party=AAEC"), Some("AAEC"));
        assert_eq!(party_of_hash("#party=AAEC"), Some("AAEC"));
        assert_eq!(party_of_hash("#room=party=AAEC"), None);
    }
}
