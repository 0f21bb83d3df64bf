//! Parts of the page that depend on signals: a choice of parts, and lists.

use web_sys::Node;

use super::element::Element;
use super::view::{Place, View, document};
use super::{RwSignal, Scope, render_effect};

/// Shows a part while a condition holds.
pub fn show<V: View>(
    when: impl Fn() -> bool + 'static,
    view: impl Fn() -> V + 'static,
) -> impl View {
    switch(when, move |&is_shown| is_shown.then(&view))
}

/// Shows the part that belongs to a value. It is built again only when the value changes.
pub fn switch<T: PartialEq + 'static, V: View>(
    value: impl Fn() -> T + 'static,
    view: impl Fn(&T) -> V + 'static,
) -> impl View {
    Switch { value, view }
}

/// Shows an element for each item of a list. An item with the same key as before keeps its element, and the element
/// follows the item's signal. All keys of a list must differ.
pub fn each<T: PartialEq + 'static, K: PartialEq + 'static>(
    items: impl Fn() -> Vec<T> + 'static,
    key: impl Fn(&T) -> K + 'static,
    view: impl Fn(RwSignal<T>) -> Element + 'static,
) -> impl View {
    Each { items, key, view }
}

struct Switch<T, V> {
    value: T,
    view: V,
}

impl<T, F, G, V> View for Switch<F, G>
where
    T: PartialEq + 'static,
    F: Fn() -> T + 'static,
    G: Fn(&T) -> V + 'static,
    V: View,
{
    fn show(self, place: &Place) {
        let Switch { value, view } = self;
        let mut area = Area::new(place);
        let mut shown: Option<T> = None;
        render_effect(move || {
            let value = value();
            if shown.as_ref() != Some(&value) {
                area.replace(&mut |place| view(&value).show(place));
                shown = Some(value);
            }
        });
    }
}

struct Each<I, K, V> {
    items: I,
    key: K,
    view: V,
}

/// What a row is to its list.
struct Row<T, K> {
    key: K,
    item: RwSignal<T>,
}

/// What a row is to the page. This part is not generic, so that it is compiled only once.
struct RowPart {
    scope: Scope,
    element: Element,
}

impl<T, K, I, F, V> View for Each<I, F, V>
where
    T: PartialEq + 'static,
    K: PartialEq + 'static,
    I: Fn() -> Vec<T> + 'static,
    F: Fn(&T) -> K + 'static,
    V: Fn(RwSignal<T>) -> Element + 'static,
{
    fn show(self, place: &Place) {
        let Each { items, key, view } = self;
        let area = Area::new(place);
        let mut rows: Vec<Row<T, K>> = Vec::new();
        let mut parts: Vec<RowPart> = Vec::new();
        render_effect(move || {
            let (mut old, mut old_parts) = (std::mem::take(&mut rows), std::mem::take(&mut parts));
            for item in items() {
                let key = key(&item);
                debug_assert!(rows.iter().all(|row| row.key != key), "keys of a list differ");
                match old.iter().position(|row| row.key == key) {
                    Some(index) => {
                        let row = old.swap_remove(index);
                        row.item.set_changed(item);
                        rows.push(row);
                        parts.push(old_parts.swap_remove(index));
                    }
                    None => {
                        let scope = Scope::new();
                        let (item, element) = scope.run(|| {
                            let item = RwSignal::new(item);
                            (item, view(item))
                        });
                        rows.push(Row { key, item });
                        parts.push(RowPart { scope, element });
                    }
                }
            }
            area.show_rows(&parts, old_parts);
        });
    }
}

/// A stretch of the page between two empty texts.
struct Area {
    parent: Node,
    start: Node,
    end: Node,
    /// Owns what is in it, if that is one part.
    scope: Option<Scope>,
}

impl Area {
    fn new(place: &Place) -> Self {
        let mark = || -> Node {
            let mark = document().create_text_node("");
            place.put(&mark);
            mark.into()
        };
        Area { start: mark(), end: mark(), parent: place.parent().clone(), scope: None }
    }

    /// Shows another part than before.
    fn replace(&mut self, show: &mut dyn FnMut(&Place)) {
        if let Some(scope) = self.scope.take() {
            scope.end();
            self.clear();
        }
        let scope = Scope::new();
        scope.run(|| show(&Place::before(&self.parent, &self.end)));
        self.scope = Some(scope);
    }

    /// Shows these rows in this order, and those of before no longer.
    fn show_rows(&self, rows: &[RowPart], before: Vec<RowPart>) {
        for row in before {
            row.scope.end();
            row.element.node().remove();
        }
        self.arrange(rows.iter().map(|row| -> &Node { row.element.node() }));
    }

    fn clear(&self) {
        while let Some(node) = self.start.next_sibling().filter(|node| *node != self.end) {
            if self.parent.remove_child(&node).is_err() {
                break;
            }
        }
    }

    /// Puts nodes in this order. A node that is in its place already is not touched, so that no animation starts again.
    fn arrange<'a>(&self, nodes: impl Iterator<Item = &'a Node>) {
        let mut next = self.start.next_sibling();
        for node in nodes {
            if next.as_ref() == Some(node) {
                next = node.next_sibling();
            } else {
                Place::before(&self.parent, next.as_ref().unwrap_or(&self.end)).put(node);
            }
        }
    }
}
