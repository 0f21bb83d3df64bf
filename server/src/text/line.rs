//! A line of chat.

use driftfield_shared::limits::{LINE_BYTES_MAX, LINE_GRAPHEMES_MAX};
use unicode_segmentation::UnicodeSegmentation;

use super::visible;

/// A line that may be shown to others: not empty, only characters that can be seen, and at most [`LINE_GRAPHEMES_MAX`]
/// characters as people count them, where a letter with its marks is one, in at most [`LINE_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Line(String);

/// Why a text is no line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineFault {
    /// Nothing of it can be seen.
    #[error("nothing of it can be seen")]
    Empty,
    /// It has too many characters, or, of characters that are many in one, too many bytes.
    #[error("longer than {LINE_GRAPHEMES_MAX} characters")]
    TooLong,
}

impl Line {
    /// The line that a text makes.
    ///
    /// # Errors
    /// When nothing of it can be seen, or it is too long. It is not cut, because half a sentence may say the opposite.
    pub fn new(text: &str) -> Result<Self, LineFault> {
        let text = visible(text);
        match text.graphemes(true).count() {
            0 => Err(LineFault::Empty),
            count if count > LINE_GRAPHEMES_MAX || text.len() > LINE_BYTES_MAX => {
                Err(LineFault::TooLong)
            }
            _ => Ok(Line(text)),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use unicode_normalization::is_nfc;
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

    use super::super::tricks::{PIECES, is_forbidden};
    use super::*;

    fn line(text: &str) -> String {
        Line::new(text).unwrap().text().to_owned()
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "gg, that was close :-)",
            "Привет, как дела?",
            "こんにちは、元気ですか？",
            "مرحبا كيف حالك",
            "नमस्ते दुनिया",
            "1 + 1 = 2 € (50 %)",
            "https://example.org/?a=b&c=d",
            "👩🏽\u{200d}✈\u{fe0f} over 🇫🇮",
            "Łódź naïve Ångström",
        ] {
            assert_eq!(line(text), text);
        }
        // A keyboard may compose what another one writes as one character.
        assert_eq!(line("A\u{30a}ngstro\u{308}m"), "Ångström");
        assert_eq!(line("  so \t much\n\nspace  "), "so much space");
    }

    #[test]
    fn tricks_with_text_do_not_reach_a_screen() {
        for (trick, shown) in [
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("\u{2066}a\u{2069}b\u{2067}c\u{2068}", "abc"),
            ("a\u{200e}b\u{200f}c\u{61c}", "abc"),
            ("in\u{200b}vi\u{2060}si\u{feff}ble", "invisible"),
            ("so\u{ad}ft", "soft"),
            ("tag\u{e0041}\u{e007f}ged", "tagged"),
            ("bell\u{7}\u{1b}[31m", "bell[31m"),
            ("fill\u{3164}er\u{115f}", "filler"),
            ("braille\u{2800}\u{2800}", "braille"),
            ("jo\u{200d}in", "join"),
            ("pick\u{fe0f}", "pick"),
            ("private\u{e000}\u{f8ff}", "private"),
            ("\u{fffe}non\u{ffff}", "non"),
        ] {
            assert_eq!(line(trick), shown, "{}", trick.escape_unicode());
        }
        let tower = format!("Z{}", "\u{351}".repeat(40));
        assert_eq!(line(&tower), format!("Z{}", "\u{351}".repeat(3)));
        assert_eq!(Line::new("\u{200b}\u{2800} \u{e0041}"), Err(LineFault::Empty));
    }

    #[test]
    fn length_is_counted_as_people_count() {
        let letters = "д\u{301}".repeat(LINE_GRAPHEMES_MAX / 2);
        assert_eq!(line(&letters), letters);
        let longest = "東".repeat(LINE_GRAPHEMES_MAX);
        assert_eq!(line(&longest), longest);
        assert_eq!(Line::new(&format!("{longest}東")), Err(LineFault::TooLong));
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert!(Line::new(&family.repeat(30)).is_ok());
        assert_eq!(Line::new(&family.repeat(100)), Err(LineFault::TooLong), "1,800 bytes");
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let Ok(line) = Line::new(text) else { return Ok(()) };
        let shown = line.text();
        let written = text.escape_unicode().to_string();
        prop_assert!(!shown.chars().any(is_forbidden), "{written}");
        prop_assert!(is_nfc(shown), "{written}");
        prop_assert!(shown.graphemes(true).count() <= LINE_GRAPHEMES_MAX);
        prop_assert!(!shown.contains("  ") && shown.trim() == shown && !shown.is_empty());
        for grapheme in shown.graphemes(true) {
            let is_mark = |c: &char| {
                c.general_category_group() == GeneralCategoryGroup::Mark && *c != '\u{fe0f}'
            };
            prop_assert!(grapheme.chars().filter(is_mark).count() <= 3, "{written}");
        }
        prop_assert_eq!(
            Line::new(shown),
            Ok(line.clone()),
            "what was made fit is fit: {}",
            written
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn no_trick_made_of_known_pieces_reaches_a_screen(pieces in vec(select(&PIECES[..]), 0..40)) {
            check(&pieces.concat())?;
        }

        #[test]
        fn no_trick_made_of_any_characters_reaches_a_screen(text in any::<String>()) {
            check(&text)?;
        }
    }
}
