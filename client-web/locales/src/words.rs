//! The messages of one language, with values filled in.

use crate::mark;

/// Plural categories, as [Unicode](https://cldr.unicode.org/index/cldr-spec/plural-rules) names them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Category {
    /// As in "0 things" where a language has a form for that.
    Zero,
    /// As in "1 thing".
    One,
    /// As for two things.
    Two,
    /// As for a few.
    Few,
    /// As for many.
    Many,
    /// All others.
    Other,
}

impl Category {
    /// All categories.
    pub const ALL: [Category; 6] = [
        Category::Zero,
        Category::One,
        Category::Two,
        Category::Few,
        Category::Many,
        Category::Other,
    ];

    /// Its name in Fluent files and in JavaScript.
    pub fn name(self) -> &'static str {
        match self {
            Category::Zero => "zero",
            Category::One => "one",
            Category::Two => "two",
            Category::Few => "few",
            Category::Many => "many",
            Category::Other => "other",
        }
    }

    /// The category of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Category::ALL.into_iter().find(|category| category.name() == name)
    }
}

/// What is known of a language beside its messages.
pub trait Language {
    /// The plural category of a number.
    fn category(&self, number: f64) -> Category;
    /// A number as it is written.
    fn number(&self, number: f64) -> String;
}

/// A value that a message is filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A text: a name, or what a selection goes by.
    Text(&'a str),
    /// A number.
    Number(f64),
}

/// A table that cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TableError;

/// The messages of one language.
#[derive(Clone, Debug, Default)]
pub struct Words {
    messages: Vec<Box<str>>,
    /// Names of content: the message's name with the name in the content, and ours.
    names: Vec<(Box<str>, Box<str>)>,
}

impl Words {
    /// Reads a table.
    ///
    /// # Errors
    /// When it is none: a message is not closed or names a value beyond the ninth.
    pub fn read(table: &str) -> Result<Self, TableError> {
        let (messages, names) = table.split_once("\n\n").unwrap_or((table, ""));
        let messages: Vec<Box<str>> = messages.lines().map(Box::from).collect();
        let names: Vec<(Box<str>, Box<str>)> = names
            .lines()
            .map(|line| line.split_once(mark::KEY).map(|(name, text)| (name.into(), text.into())))
            .collect::<Option<_>>()
            .ok_or(TableError)?;
        match messages.iter().all(|message| is_sound(message)) {
            true => Ok(Words { messages, names }),
            false => Err(TableError),
        }
    }

    /// A message with its values filled in; empty if there is no such message.
    pub fn say(&self, message: usize, values: &[Value<'_>], language: &dyn Language) -> String {
        let Some(message) = self.messages.get(message) else { return String::new() };
        let mut text = String::with_capacity(message.len() + 16);
        fill(&mut message.chars(), values, language, Some(&mut text));
        text
    }

    /// The name of a piece of content, as `ore-iron`, that calls itself `own`. What a host has added, or has given another name,
    /// is called as it calls itself.
    pub fn name<'a>(&'a self, id: &str, own: &'a str) -> &'a str {
        let is_meant = |name: &str| name.split_once('=') == Some((id, own));
        let found = self.names.iter().find(|(name, _)| is_meant(name));
        found.map_or(own, |(_, text)| &**text)
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there are none, as before the table has come.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

/// Appends a message up to its end or the end of a case to `out`, or skips it. Returns the mark that ended it.
fn fill(
    chars: &mut std::str::Chars<'_>,
    values: &[Value<'_>],
    language: &dyn Language,
    mut out: Option<&mut String>,
) -> Option<char> {
    while let Some(c) = chars.next() {
        match c {
            mark::CASE | mark::END | mark::KEY => return Some(c),
            mark::TEXT | mark::NUMBER => {
                let value = value(chars, values);
                if let Some(out) = &mut out {
                    push(out, value, language);
                }
            }
            mark::CHOICE => choose(chars, values, language, out.as_deref_mut()),
            _ => {
                if let Some(out) = &mut out {
                    out.push(if c == mark::BREAK { '\n' } else { c });
                }
            }
        }
    }
    None
}

/// Appends the first case of a selection that is meant, or its default. All of it is read.
fn choose(
    chars: &mut std::str::Chars<'_>,
    values: &[Value<'_>],
    language: &dyn Language,
    mut out: Option<&mut String>,
) {
    let value = value(chars, values);
    loop {
        // Either the key of a case or the default: which one, its end says.
        let ahead = chars.clone();
        let mut key = String::new();
        if fill(chars, values, language, Some(&mut key)) == Some(mark::KEY) {
            let is_meant = out.is_some() && is_case(&key, value, language);
            fill(chars, values, language, out.as_deref_mut().filter(|_| is_meant));
            if is_meant {
                out = None;
            }
        } else {
            *chars = ahead;
            fill(chars, values, language, out);
            return;
        }
    }
}

fn value<'a>(chars: &mut std::str::Chars<'_>, values: &[Value<'a>]) -> Value<'a> {
    let digit = chars.next().and_then(|digit| digit.to_digit(10));
    digit.and_then(|digit| values.get(digit as usize).copied()).unwrap_or(Value::Text(""))
}

fn is_case(key: &str, value: Value<'_>, language: &dyn Language) -> bool {
    match value {
        Value::Text(text) => key == text,
        // An exact number comes before its category.
        Value::Number(number) => match key.parse::<u32>() {
            Ok(exact) => f64::from(exact) == number,
            Err(_) => Category::of_name(key) == Some(language.category(number)),
        },
    }
}

/// Appends a value. A text that is written from the right is kept from turning what stands around it (UAX 9).
fn push(out: &mut String, value: Value<'_>, language: &dyn Language) {
    match value {
        Value::Number(number) => out.push_str(&language.number(number)),
        Value::Text(text) if text.chars().any(is_written_from_the_right) => {
            out.push('\u{2068}');
            out.push_str(text);
            out.push('\u{2069}');
        }
        Value::Text(text) => out.push_str(text),
    }
}

fn is_written_from_the_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Whether all that a message opens is closed, and each value has its digit.
fn is_sound(message: &str) -> bool {
    let mut open = 0_u32;
    let mut chars = message.chars();
    while let Some(c) = chars.next() {
        match c {
            mark::TEXT | mark::NUMBER | mark::CHOICE => {
                if !chars.next().is_some_and(|digit| digit.is_ascii_digit()) {
                    return false;
                }
                open += u32::from(c == mark::CHOICE);
            }
            mark::KEY | mark::CASE if open == 0 => return false,
            mark::END => match open.checked_sub(1) {
                Some(left) => open = left,
                None => return false,
            },
            _ => {}
        }
    }
    open == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Russian, as far as these tests need it.
    struct Russian;

    impl Language for Russian {
        fn category(&self, number: f64) -> Category {
            let (ten, hundred) = (number % 10.0, number % 100.0);
            match (ten, hundred) {
                (1.0, hundred) if hundred != 11.0 => Category::One,
                (2.0..=4.0, hundred) if !(12.0..=14.0).contains(&hundred) => Category::Few,
                _ => Category::Many,
            }
        }

        fn number(&self, number: f64) -> String {
            number.to_string().replace('.', ",")
        }
    }

    const SHIPS: &str = "Здесь \u{3}0 \u{4}0one\u{5}корабль\u{6}few\u{5}корабля\u{6}many\u{5}кораблей\u{6}корабля\u{7}, \u{2}1";

    fn say(message: &str, values: &[Value<'_>]) -> String {
        Words::read(message).unwrap().say(0, values, &Russian)
    }

    #[test]
    fn a_number_takes_the_form_of_its_language() {
        for (count, ships) in
            [(1.0, "1 корабль"), (3.0, "3 корабля"), (11.0, "11 кораблей"), (21.0, "21 корабль")]
        {
            let values = [Value::Number(count), Value::Text("Ада")];
            assert_eq!(say(SHIPS, &values), format!("Здесь {ships}, Ада"));
        }
    }

    #[test]
    fn an_exact_number_a_text_and_a_selection_within_another_are_cases_too() {
        let message =
            "\u{4}00\u{5}nobody\u{6}\u{4}1he\u{5}his \u{3}0\u{6}their\u{1}\u{3}0\u{7}\u{7}!";
        assert_eq!(say(message, &[Value::Number(0.0), Value::Text("he")]), "nobody!");
        assert_eq!(say(message, &[Value::Number(2.5), Value::Text("he")]), "his 2,5!");
        assert_eq!(say(message, &[Value::Number(2.0), Value::Text("x")]), "their\n2!");
    }

    #[test]
    fn a_name_from_the_right_turns_nothing_around_it() {
        assert_eq!(say("\u{2}0: 5", &[Value::Text("שלום")]), "\u{2068}שלום\u{2069}: 5");
    }

    #[test]
    fn content_has_names_and_a_hosts_own_has_none() {
        let words =
            Words::read("a\nb\n\nhull-dart=Dart\u{5}Дротик\nore-iron=Iron\u{5}Железо\n").unwrap();
        assert_eq!(words.len(), 2);
        assert_eq!(words.name("ore-iron", "Iron"), "Железо");
        assert_eq!(words.name("ore-iron", "Old iron"), "Old iron", "a host has changed its name");
        assert_eq!(words.name("ore-unheard-of", "Iron"), "Iron");
        assert_eq!(words.say(9, &[], &Russian), "");
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        for table in
            ["\u{2}", "\u{2}x", "\u{4}0one\u{5}x\u{6}y", "x\u{7}", "x\u{5}", "a\n\nno name"]
        {
            assert!(Words::read(table).is_err(), "{}", table.escape_unicode());
        }
    }

    proptest! {
        #[test]
        fn whatever_a_table_says_reading_and_saying_ends(table in "[a-z0-9\n\u{1}-\u{8}]{0,60}") {
            if let Ok(words) = Words::read(&table) {
                for message in 0..words.len() {
                    words.say(message, &[Value::Number(1.0), Value::Text("a")], &Russian);
                }
            }
        }
    }
}
