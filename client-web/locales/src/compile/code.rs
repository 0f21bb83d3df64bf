//! Writes a name in Rust for each message, so that a missing message and a wrong value do not compile, and an unused message is
//! a warning.

use std::fmt::Write as _;

use super::PAGE;
use super::locales::Locales;

impl Locales {
    /// The messages in Rust, without those of the page's own files: `Message(number)` for each that has no variables, and for each
    /// other one a function that calls `say(number, values)`. `Message` and `say` must be in its scope.
    pub fn code(&self) -> String {
        let mut code = String::new();
        let messages = self.messages.iter().enumerate();
        for (number, message) in messages.filter(|(_, message)| !message.id.starts_with(PAGE)) {
            let name = message.id.replace('-', "_");
            // Writing to a string does not fail.
            let _ = writeln!(code, "/// The message `{}`.", message.id);
            if message.variables.is_empty() {
                let name = name.to_uppercase();
                let _ = writeln!(code, "pub(crate) const {name}: Message = Message({number});");
                continue;
            }
            let mut parameters = Vec::new();
            let mut values = Vec::new();
            for variable in &message.variables {
                let parameter = variable.name.replace('-', "_");
                let (kind, value) = match variable.is_number {
                    true => ("impl Into<f64>", format!("Value::Number({parameter}.into())")),
                    false => ("&str", format!("Value::Text({parameter})")),
                };
                parameters.push(format!("{parameter}: {kind}"));
                values.push(value);
            }
            let _ = writeln!(
                code,
                "pub(crate) fn {name}({}) -> String {{\n    say({number}, &[{}])\n}}",
                parameters.join(", "),
                values.join(", "),
            );
        }
        code
    }
}
