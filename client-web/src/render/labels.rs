//! Manages the slots of the label texture.
//!
//! A label is a whole name, drawn once with the browser's own text layout, so every script works. The texture has a
//! fixed number of slots; a new label replaces the one that was not shown for longest.
//!
//! ```text
//! Labels::find(text) --known--> Label (where, how large)
//!                    \-new----> wanted --poll_wanted--> drawn by gl::text --set_width--> known
//! ```

use crate::sorted_map::SortedMap;

/// Side of the texture, in texels.
pub const TEXTURE_SIDE: u32 = 1024;
/// Size of a slot in texels: fits a name of 20 wide letters at 24 texels.
pub const SLOT_WIDTH: u32 = 256;
/// See [`SLOT_WIDTH`].
pub const SLOT_HEIGHT: u32 = 36;
/// Texels per CSS pixel: sharp on every screen, and exactly halved on a screen of normal density.
pub const TEXELS_PER_CSS: f32 = 2.0;

const COLUMNS: u32 = TEXTURE_SIDE / SLOT_WIDTH;
const SLOTS: u32 = COLUMNS * (TEXTURE_SIDE / SLOT_HEIGHT);

/// A label ready to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// Left, top, right, bottom in the texture, 0..=1.
    pub place: [f32; 4],
    /// Width and height, in CSS pixels.
    pub size: [f32; 2],
}

/// A slot whose text must be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The text.
    pub text: String,
    /// The slot's top left corner, in texels.
    pub corner: [u32; 2],
}

#[derive(Debug)]
struct Slot {
    index: u32,
    /// Width in texels, once it is drawn.
    width: Option<u32>,
    shown: u64,
}

/// The slots and what is in them.
#[derive(Debug, Default)]
pub struct Labels {
    slots: SortedMap<String, Slot>,
    wanted: Vec<Wanted>,
    frame: u64,
}

impl Labels {
    /// Begins a frame.
    pub fn advance(&mut self) {
        self.frame += 1;
    }

    /// The label of `text` if it is drawn; otherwise requests it.
    pub fn find(&mut self, text: &str) -> Option<Label> {
        if let Some(slot) = self.slots.get_mut(text) {
            slot.shown = self.frame;
            return slot.width.map(|width| label(slot.index, width));
        }
        if let Some(index) = self.free_slot() {
            let slot = Slot { index, width: None, shown: self.frame };
            self.slots.insert(text.to_owned(), slot);
            self.wanted.push(Wanted { text: text.to_owned(), corner: corner(index) });
        }
        None
    }

    /// The next label to draw. One at a time, so that no frame waits for many.
    pub fn poll_wanted(&mut self) -> Option<Wanted> {
        self.wanted.pop()
    }

    /// Notes that the text is in its slot, and its width in texels.
    pub fn set_width(&mut self, text: &str, width: u32) {
        if let Some(slot) = self.slots.get_mut(text) {
            slot.width = Some(width.clamp(1, SLOT_WIDTH));
        }
    }

    /// Forgets everything, after the texture was lost.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.wanted.clear();
    }

    /// An unused slot, or the one not shown for longest; `None` while all are on the screen.
    fn free_slot(&mut self) -> Option<u32> {
        let used = self.slots.len() as u32;
        if used < SLOTS {
            return Some(used);
        }
        let (text, slot) = self.slots.iter().min_by_key(|(_, slot)| slot.shown)?;
        if slot.shown + 1 >= self.frame {
            return None;
        }
        let (text, index) = (text.clone(), slot.index);
        self.slots.remove(&text);
        self.wanted.retain(|wanted| wanted.text != text);
        Some(index)
    }
}

fn corner(index: u32) -> [u32; 2] {
    [index % COLUMNS * SLOT_WIDTH, index / COLUMNS * SLOT_HEIGHT]
}

fn label(index: u32, width: u32) -> Label {
    let [left, top] = corner(index);
    let texels = [left, top, left + width, top + SLOT_HEIGHT];
    Label {
        place: texels.map(|texel| texel as f32 / TEXTURE_SIDE as f32),
        size: [width, SLOT_HEIGHT].map(|texels| texels as f32 / TEXELS_PER_CSS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(labels: &mut Labels, text: &str) {
        assert_eq!(labels.find(text), None);
        let wanted = labels.poll_wanted().unwrap();
        assert_eq!(wanted.text, text);
        labels.set_width(text, 100);
    }

    #[test]
    fn a_text_is_set_once_and_then_found() {
        let mut labels = Labels::default();
        labels.advance();
        set(&mut labels, "Ada");
        set(&mut labels, "Grace");
        for _ in 0..3 {
            labels.advance();
            let label = labels.find("Ada").unwrap();
            assert_eq!(label.size, [50.0, 18.0]);
            assert_ne!(label.place, labels.find("Grace").unwrap().place);
        }
        assert_eq!(labels.poll_wanted(), None);
    }

    #[test]
    fn slots_do_not_overlap_and_fit() {
        let corners: std::collections::BTreeSet<_> = (0..SLOTS).map(corner).collect();
        assert_eq!(corners.len(), SLOTS as usize);
        for [left, top] in corners {
            assert!(left + SLOT_WIDTH <= TEXTURE_SIDE && top + SLOT_HEIGHT <= TEXTURE_SIDE);
        }
    }

    #[test]
    fn the_label_not_shown_for_longest_makes_room() {
        let mut labels = Labels::default();
        labels.advance();
        for index in 0..SLOTS {
            set(&mut labels, &format!("player {index}"));
        }
        // All are on the screen, so none is replaced.
        assert_eq!(labels.find("newcomer"), None);
        assert_eq!(labels.poll_wanted(), None);
        for _ in 0..3 {
            labels.advance();
            for index in 1..SLOTS {
                assert!(labels.find(&format!("player {index}")).is_some());
            }
        }
        set(&mut labels, "newcomer");
        assert!(labels.find("newcomer").is_some());
        assert_eq!(labels.find("player 0"), None);
    }
}
