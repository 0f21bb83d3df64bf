//! The network panel's graph: the time between snapshots, newest on the right.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

/// The canvas in the panel.
pub const CANVAS_ID: &str = "snapshot-graph";
/// Milliseconds at the upper edge.
const TOP_MS: f64 = 150.0;

/// Paints the graph, if the panel is open.
pub fn paint(
    document: &Document,
    intervals_ms: impl DoubleEndedIterator<Item = f64>,
    expected_ms: f64,
    pixel_ratio: f64,
) {
    let Some((canvas, context)) = canvas_2d(document, CANVAS_ID, pixel_ratio) else { return };
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.clear_rect(0.0, 0.0, width, height);
    let bar = 2.0 * pixel_ratio;
    let y = |ms: f64| height - (ms / TOP_MS).min(1.0) * height;
    context.set_fill_style_str("rgba(126, 178, 224, .35)");
    context.fill_rect(0.0, y(expected_ms), width, pixel_ratio);
    let mut x = width;
    for ms in intervals_ms.rev() {
        x -= bar;
        if x < 0.0 {
            break;
        }
        context.set_fill_style_str(if ms > 2.0 * expected_ms { "#FF6A1F" } else { "#56B4E9" });
        context.fill_rect(x, y(ms), bar - pixel_ratio * 0.5, height - y(ms));
    }
}

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
