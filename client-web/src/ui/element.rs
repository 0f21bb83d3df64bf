//! Elements, built in a chain: `html::button().class("close").on("click", ..).child("×")`.

use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::text::Text;
use super::view::{Place, View, document};
use super::{Scope, render_effect};

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(HtmlElement);

impl Element {
    /// An element with a tag that HTML knows.
    pub fn new(tag: &'static str) -> Self {
        let element = document().create_element(tag);
        Element(element.expect("a tag of HTML is a valid name").unchecked_into())
    }

    /// The element itself.
    pub fn node(&self) -> &HtmlElement {
        &self.0
    }

    /// Sets an attribute.
    pub fn attr(self, name: &'static str, value: impl Text) -> Self {
        let element = self.0.clone();
        value.follow(Box::new(move |value| {
            let set = element.set_attribute(name, value);
            debug_assert!(set.is_ok(), "an attribute of HTML is a valid name");
        }));
        self
    }

    /// Sets all class names.
    pub fn class(self, names: impl Text) -> Self {
        self.attr("class", names)
    }

    /// Sets the name that tests find it by.
    pub fn test_id(self, id: impl Text) -> Self {
        self.attr("data-testid", id)
    }

    /// Adds a class name while a condition holds.
    pub fn class_while(self, name: &'static str, is_on: impl Fn() -> bool + 'static) -> Self {
        self.follow_class(name, Box::new(is_on));
        self
    }

    /// This part is not generic, so that it is compiled only once.
    fn follow_class(&self, name: &'static str, is_on: Box<dyn Fn() -> bool>) {
        let list = self.0.class_list();
        let mut was_on = false;
        render_effect(move || {
            let is_on = is_on();
            if is_on != was_on {
                was_on = is_on;
                let set = list.toggle_with_force(name, is_on);
                debug_assert!(set.is_ok(), "a class name has no spaces");
            }
        });
    }

    /// Sets a property of its style, in a way that the page's security policy allows.
    pub fn style(self, property: &'static str, value: impl Text) -> Self {
        let style = self.0.style();
        // An invalid value is ignored, as in a style sheet.
        value.follow(Box::new(move |value| _ = style.set_property(property, value)));
        self
    }

    /// Calls `act` for each event of a kind.
    pub fn on<E: FromWasmAbi + 'static>(
        self,
        kind: &'static str,
        act: impl FnMut(E) + 'static,
    ) -> Self {
        let closure = Closure::<dyn FnMut(E)>::new(act);
        let function = closure.as_ref().unchecked_ref();
        let set = self.0.add_event_listener_with_callback(kind, function);
        debug_assert!(set.is_ok(), "an element takes any listener");
        Scope::keep(closure);
        self
    }

    /// Passes it through a function, to break up a long chain.
    pub fn with(self, add: impl FnOnce(Self) -> Self) -> Self {
        add(self)
    }

    /// Appends a view to its content.
    pub fn child(self, view: impl View) -> Self {
        view.show(&Place::end_of(&self.0));
        self
    }
}

impl View for Element {
    fn show(self, place: &Place) {
        place.put(self.node());
    }
}

/// A function for each tag that the views use.
pub mod html {
    use super::Element;

    macro_rules! tags {
        ($($tag:ident)+) => {
            $(
                #[doc = concat!("A `", stringify!($tag), "`.")]
                pub fn $tag() -> Element {
                    Element::new(stringify!($tag))
                }
            )+
        };
    }

    tags! {
        b bdi button canvas dd div dl dt form h2 h3 i input kbd label li ol option p section select small span table tbody td th thead tr ul
    }
}
