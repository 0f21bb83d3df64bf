//! The texts of the page's own files: what stands in their placeholders.
//!
//! | placeholder | what it becomes |
//! |---|---|
//! | `{{say ID}}` | the message in English, for HTML |
//! | `{{message ID}}` | its number in every table, for `data-say` and `boot.js` |
//! | `{{locales}}` | an object of JavaScript: where the table of each language is |
//! | `{{languages}}` | a button for each language, in that language |
//! | `{{noscript}}` | in each language, why there is no game without scripts |

use std::fs;
use std::path::Path;

use driftfield_locales::Locales;

type Failure = Box<dyn std::error::Error>;

/// The files that say something.
const FILES: [&str; 2] = ["index.html", "boot.js"];
/// The messages that are in the page in every language at once.
const IN_ALL: [&str; 2] = ["page-language", "page-noscript"];

pub struct Words {
    /// Placeholders with what they become.
    pub placeholders: Vec<(String, String)>,
    /// The table of each language, with its tag.
    pub tables: Vec<(String, String)>,
}

/// The placeholder for the address of a table.
pub fn table_placeholder(tag: &str) -> String {
    format!("{{{{locale {tag}}}}}")
}

impl Words {
    /// What the files in `page` need.
    ///
    /// Fails when a file says what is no message, and when a message of the page is said by no file.
    pub fn of(locales: &Locales, page: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        for name in FILES {
            let path = page.join(name);
            text.push_str(
                &fs::read_to_string(&path)
                    .map_err(|error| format!("{}: {error}", path.display()))?,
            );
        }
        let mut placeholders = Vec::new();
        let mut said = IN_ALL.to_vec();
        for id in placeholders_of(&text, "say") {
            let english = locales
                .text("en", id)
                .ok_or_else(|| format!("{id}: is no message without variables"))?;
            placeholders.push((format!("{{{{say {id}}}}}"), escape(&english)));
        }
        for id in placeholders_of(&text, "message") {
            let number = locales.number(id).ok_or_else(|| format!("{id}: is no message"))?;
            placeholders.push((format!("{{{{message {id}}}}}"), number.to_string()));
            said.push(id);
        }
        if let Some(id) = locales.of_page().find(|id| !said.contains(id)) {
            return Err(format!("{id}: is said by none of {FILES:?}").into());
        }
        let (mut addresses, mut buttons, mut reasons) = (Vec::new(), String::new(), String::new());
        let mut tables = Vec::new();
        for tag in locales.tags() {
            let text =
                |id: &str| locales.text(tag, id).ok_or_else(|| format!("{id}: has variables"));
            let (name, reason) = (escape(&text("page-language")?), escape(&text("page-noscript")?));
            addresses.push(format!("{tag:?}: \"{}\"", table_placeholder(tag)));
            buttons.push_str(&format!(
                r#"<button type="button" lang="{tag}" data-language="{tag}">{name}</button>"#
            ));
            reasons.push_str(&format!(r#"<p lang="{tag}">{reason}</p>"#));
            let table = locales.table(tag).ok_or_else(|| format!("{tag}: has no table"))?;
            tables.push((tag.to_owned(), table));
        }
        placeholders.push(("{{locales}}".to_owned(), format!("{{ {} }}", addresses.join(", "))));
        placeholders.push(("{{languages}}".to_owned(), buttons));
        placeholders.push(("{{noscript}}".to_owned(), reasons));
        Ok(Words { placeholders, tables })
    }
}

/// What the placeholders of a kind name.
fn placeholders_of<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let start = format!("{{{{{kind} ");
    let names = text.split(&start).skip(1).filter_map(|rest| rest.split_once("}}"));
    names.map(|(name, _)| name).collect()
}

/// A text within HTML or one of its attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
