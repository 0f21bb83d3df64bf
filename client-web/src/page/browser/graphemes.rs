//! Characters as people count them.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

/// How many characters a text has, where a letter with its marks and a family of emoji are one each. A browser that cannot tell
/// counts code points, which are at least as many.
pub fn count(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    segments(text).unwrap_or_else(|| text.chars().count())
}

fn segments(text: &str) -> Option<usize> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let segmenter: Function = Reflect::get(&intl, &"Segmenter".into()).ok()?.dyn_into().ok()?;
    let segmenter = Reflect::construct(&segmenter, &Array::new()).ok()?;
    let segment: Function = Reflect::get(&segmenter, &"segment".into()).ok()?.dyn_into().ok()?;
    let segments = segment.call1(&segmenter, &text.into()).ok()?;
    Some(Array::from(&segments).length() as usize)
}
