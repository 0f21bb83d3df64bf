//! Canvases of the HUD, which are drawn by hand.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

/// A canvas of the page with its drawing context, sized for sharp pixels.
pub(super) fn canvas_2d(
    document: &Document,
    id: &str,
    pixel_ratio: f64,
) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document.get_element_by_id(id)?.dyn_into().ok()?;
    let sharp = |css: i32| (f64::from(css) * pixel_ratio).round() as u32;
    let (width, height) = (sharp(canvas.client_width()), sharp(canvas.client_height()));
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    Some((canvas, context))
}
