//! What the browser knows of every language: plural forms, and how a number is written.

use driftfield_locales::{Category, Language, Words};
use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use super::{Message, Spelling, Spoken};
use crate::ui::Text;

/// It follows the language.
impl Text for Message {
    fn follow(self, show: Box<dyn FnMut(&str)>) {
        (move || self.text()).follow(show);
    }
}

struct Browser {
    plurals: Intl::PluralRules,
    number: Function,
    decimal: Function,
}

impl Language for Browser {
    fn category(&self, number: f64) -> Category {
        let name = String::from(self.plurals.select(number));
        Category::of_name(&name).unwrap_or(Category::Other)
    }

    fn number(&self, number: f64) -> String {
        write(&self.number, number)
    }
}

impl Spelling for Browser {
    fn decimal(&self, number: f64) -> String {
        write(&self.decimal, number)
    }
}

fn write(format: &Function, number: f64) -> String {
    let text = format.call1(&JsValue::UNDEFINED, &number.into());
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

pub(super) fn language(tag: &str) -> Box<dyn Spelling> {
    let tags = Array::of1(&tag.into());
    let options = Object::new();
    let plurals = Intl::PluralRules::new(&tags, &options);
    let number = Intl::NumberFormat::new(&tags, &options).format();
    for name in ["minimumFractionDigits", "maximumFractionDigits"] {
        // Fails only for a frozen object.
        let _ = Reflect::set(&options, &name.into(), &1.into());
    }
    let decimal = Intl::NumberFormat::new(&tags, &options).format();
    Box::new(Browser { plurals, number, decimal })
}

/// Before a table has come nothing is said.
pub(super) fn default_language() -> Spoken {
    Spoken { tag: String::new(), words: Words::default(), language: language("en") }
}
