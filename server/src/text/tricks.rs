//! Tricks with text, for the tests of all that people write.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Pieces of which tricks are made, and honest letters between them.
pub const PIECES: [&str; 48] = [
    "a",
    "Z",
    "é",
    "e",
    "д",
    "東",
    "ا",
    "ש",
    "न",
    "ส",
    "한",
    "ᄒ",
    "ᅡ",
    "ᆫ",
    "1",
    "!",
    " ",
    "\u{a0}",
    "\u{3000}",
    "\u{301}",
    "\u{308}",
    "\u{351}",
    "\u{94d}",
    "\u{e49}",
    "\u{20dd}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{200e}",
    "\u{202a}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{61c}",
    "\u{ad}",
    "\u{34f}",
    "\u{2060}",
    "\u{fe0e}",
    "\u{fe0f}",
    "\u{e0041}",
    "\u{115f}",
    "\u{3164}",
    "\u{2800}",
    "\u{7}",
    "\u{e000}",
    "\u{1f468}",
    "\u{1f3fd}",
    "\u{1f1eb}",
];

/// What must never reach a screen, stated apart from the code that takes it out.
pub fn is_forbidden(c: char) -> bool {
    let is_hidden = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    is_hidden
        || matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::PrivateUse
                | GeneralCategory::Surrogate
                | GeneralCategory::Unassigned
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
        || c.is_whitespace() && c != ' '
}
