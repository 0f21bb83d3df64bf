//! Views: texts, elements, and several of them together.

use web_sys::{Document, Node};

use super::text::Text;

/// The page's document.
pub(super) fn document() -> Document {
    let document = web_sys::window().and_then(|window| window.document());
    document.expect("views are built in a page, not in a worker")
}

/// A place in the page where a node can be inserted.
#[derive(Clone, Debug)]
pub struct Place {
    parent: Node,
    before: Option<Node>,
}

impl Place {
    /// At the end of `parent`.
    pub fn end_of(parent: &Node) -> Self {
        Place { parent: parent.clone(), before: None }
    }

    /// Before `node`, which is a child of `parent`.
    pub(super) fn before(parent: &Node, node: &Node) -> Self {
        Place { parent: parent.clone(), before: Some(node.clone()) }
    }

    /// Inserts a node.
    pub fn put(&self, node: &Node) {
        let placed = self.parent.insert_before(node, self.before.as_ref());
        debug_assert!(placed.is_ok(), "a place stays where it is as long as its part is shown");
    }

    /// The node that it is in.
    pub(super) fn parent(&self) -> &Node {
        &self.parent
    }
}

/// Something that can be shown in the page.
pub trait View {
    /// Puts it into the page.
    fn show(self, place: &Place);
}

/// A text node that follows its text.
impl<T: Text> View for T {
    fn show(self, place: &Place) {
        let node = document().create_text_node("");
        place.put(&node);
        self.follow(Box::new(move |text| node.set_data(text)));
    }
}

impl<V: View> View for Option<V> {
    fn show(self, place: &Place) {
        if let Some(view) = self {
            view.show(place);
        }
    }
}

impl<V: View> View for Vec<V> {
    fn show(self, place: &Place) {
        self.into_iter().for_each(|view| view.show(place));
    }
}

macro_rules! several {
    ($($view:ident)+) => {
        impl<$($view: View),+> View for ($($view,)+) {
            fn show(self, place: &Place) {
                #[allow(non_snake_case)]
                let ($($view,)+) = self;
                $($view.show(place);)+
            }
        }
    };
}

several!(A B);
several!(A B C);
several!(A B C D);
several!(A B C D E);
several!(A B C D E F);
several!(A B C D E F G);
several!(A B C D E F G H);
