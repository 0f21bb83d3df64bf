//! The characters of a text that show something, and nothing else.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};
use unicode_security::GeneralSecurityProfile;
use unicode_security::general_security_profile::IdentifierType;
use unicode_segmentation::UnicodeSegmentation;

/// Combining marks that a letter keeps; more would overlap the line above.
const MARKS_MAX: usize = 3;

const ZERO_WIDTH_JOINER: char = '\u{200d}';
const EMOJI_SELECTOR: char = '\u{fe0f}';

/// The text in Unicode's composed form (NFC), with nothing but characters that can be seen and single spaces between words.
///
/// What turns the direction of writing, has no width, or is a fourth mark on a letter goes; a joiner stays within an
/// emoji. Empty if nothing can be seen.
pub fn visible(text: &str) -> String {
    let mut text = visible_once(text);
    // What goes may bring two characters together that have a composed form, or make one grapheme of two. Each round
    // makes the text shorter, so this ends.
    loop {
        let again = visible_once(&text);
        if again == text {
            return text;
        }
        text = again;
    }
}

fn visible_once(text: &str) -> String {
    let text: String = text.nfc().collect();
    let mut seen = String::with_capacity(text.len());
    for word in text.split(char::is_whitespace) {
        let word: String = word.graphemes(true).map(visible_grapheme).collect();
        if !word.is_empty() && !seen.is_empty() {
            seen.push(' ');
        }
        seen.push_str(&word);
    }
    seen
}

/// A letter with its marks, or an emoji with what belongs to it; empty if nothing of it can be seen.
fn visible_grapheme(grapheme: &str) -> String {
    let mut seen = String::new();
    let mut marks = 0;
    let mut chars = grapheme.chars().peekable();
    while let Some(c) = chars.next() {
        let is_behind_emoji =
            seen.chars().last().is_some_and(|last| is_emoji(last) || last == EMOJI_SELECTOR);
        let is_kept = if c == ZERO_WIDTH_JOINER {
            is_behind_emoji && chars.peek().is_some_and(|next| is_emoji(*next))
        } else if c == EMOJI_SELECTOR {
            is_behind_emoji && !seen.ends_with(EMOJI_SELECTOR)
        } else if is_mark(c) {
            marks += 1;
            // A mark needs something to stand on.
            !seen.is_empty() && marks <= MARKS_MAX && !is_ignorable(c)
        } else {
            is_seen(c)
        };
        if is_kept {
            seen.push(c);
        }
    }
    seen
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

/// Characters that are shown as nothing, or are no characters.
fn is_ignorable(c: char) -> bool {
    use IdentifierType::{Default_Ignorable, Deprecated, Not_Character};
    matches!(c.identifier_type(), Some(Default_Ignorable | Deprecated | Not_Character))
}

/// Whether a character shows something of its own. Of the many pictures that are no emoji some are blank, and no property
/// tells which, so none of them is taken.
fn is_seen(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Punctuation};
    let is_of_a_name = matches!(c.general_category_group(), Letter | Number | Punctuation)
        || matches!(
            c.general_category(),
            GeneralCategory::MathSymbol | GeneralCategory::CurrencySymbol
        );
    is_emoji(c) || c.is_ascii_graphic() || is_of_a_name && !is_ignorable(c)
}

/// As much of a text as has so many characters, without a half of an emoji or a letter at its end.
pub fn cut(text: &str, chars_max: usize) -> String {
    let mut left = chars_max;
    let whole = |grapheme: &&str| {
        let count = grapheme.chars().count();
        let fits = count <= left;
        left = left.saturating_sub(count);
        fits
    };
    text.graphemes(true).take_while(whole).collect()
}
