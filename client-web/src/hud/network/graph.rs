//! The network panel's graph: the time between snapshots, newest on the right.

use web_sys::Document;

use crate::hud::canvas::canvas_2d;

/// The canvas in the panel.
pub const CANVAS_ID: &str = "snapshot-graph";
/// Milliseconds at the upper edge of the graph.
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
