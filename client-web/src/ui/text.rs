//! Texts, in the page or as the value of an attribute.

use super::render_effect;

/// A text: constant, or returned by a closure that follows the signals it reads.
pub trait Text {
    /// Calls `show` with the text now, and again whenever it changes.
    fn follow(self, show: Box<dyn FnMut(&str)>);
}

impl Text for &'static str {
    fn follow(self, mut show: Box<dyn FnMut(&str)>) {
        show(self);
    }
}

impl Text for String {
    fn follow(self, mut show: Box<dyn FnMut(&str)>) {
        show(&self);
    }
}

impl<F: Fn() -> T + 'static, T: ToString> Text for F {
    fn follow(self, show: Box<dyn FnMut(&str)>) {
        follow(Box::new(move || self().to_string()), show);
    }
}

/// This part is not generic, so that it is compiled only once.
fn follow(text: Box<dyn Fn() -> String>, mut show: Box<dyn FnMut(&str)>) {
    let mut shown = None;
    render_effect(move || {
        let text = text();
        if shown.as_ref() != Some(&text) {
            show(&text);
            shown = Some(text);
        }
    });
}
