//! Draws names into the label texture with the browser's own text layout, each once.

use wasm_bindgen::JsCast;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlTexture,
};

use super::super::error::RenderError;
use super::super::labels::{Labels, SLOT_HEIGHT, SLOT_WIDTH};
use super::textures::UNIT_LABELS;

/// Most names drawn per frame.
const LABELS_PER_FRAME: usize = 2;
/// Font of the labels: sizes in texels are twice those in CSS pixels.
const FONT: &str =
    "600 22px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
/// Width of the dark outline around letters, and of the free border of a slot, in texels.
const OUTLINE: f64 = 5.0;
const BORDER: f64 = 5.0;

/// A small canvas on which text is drawn.
pub struct Text {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Text {
    pub fn new() -> Result<Text, RenderError> {
        let missing = RenderError::Page("a canvas for text");
        let document = web_sys::window().and_then(|window| window.document());
        let canvas = document
            .and_then(|document| document.create_element("canvas").ok())
            .and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok())
            .ok_or(missing.clone())?;
        canvas.set_width(SLOT_WIDTH);
        canvas.set_height(SLOT_HEIGHT);
        let context = canvas
            .get_context("2d")
            .ok()
            .flatten()
            .and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
            .ok_or(missing)?;
        context.set_font(FONT);
        context.set_text_baseline("middle");
        context.set_line_join("round");
        context.set_line_width(OUTLINE);
        context.set_stroke_style_str("rgba(3, 6, 14, 0.85)");
        context.set_fill_style_str("#fff");
        Ok(Text { canvas, context })
    }

    /// Draws some of the requested labels.
    pub fn write_wanted(&self, gl: &Gl, texture: &WebGlTexture, labels: &mut Labels) {
        for _ in 0..LABELS_PER_FRAME {
            let Some(wanted) = labels.poll_wanted() else { return };
            if let Some(width) = self.write(gl, texture, &wanted.text, wanted.corner) {
                labels.set_width(&wanted.text, width);
            }
        }
    }

    /// Draws a text into the slot at `corner`. Returns its width in texels.
    fn write(&self, gl: &Gl, texture: &WebGlTexture, text: &str, corner: [u32; 2]) -> Option<u32> {
        let (slot_width, slot_height) = (f64::from(SLOT_WIDTH), f64::from(SLOT_HEIGHT));
        let room = slot_width - 2.0 * BORDER;
        let context = &self.context;
        context.clear_rect(0.0, 0.0, slot_width, slot_height);
        let middle = slot_height / 2.0 + 1.0;
        context.stroke_text_with_max_width(text, BORDER, middle, room).ok()?;
        context.fill_text_with_max_width(text, BORDER, middle, room).ok()?;
        let width = context.measure_text(text).ok()?.width().min(room) + 2.0 * BORDER;
        gl.active_texture(Gl::TEXTURE0 + UNIT_LABELS);
        gl.bind_texture(Gl::TEXTURE_2D, Some(texture));
        gl.pixel_storei(Gl::UNPACK_PREMULTIPLY_ALPHA_WEBGL, 1);
        let sent = gl.tex_sub_image_2d_with_u32_and_u32_and_html_canvas_element(
            Gl::TEXTURE_2D,
            0,
            corner[0] as i32,
            corner[1] as i32,
            Gl::RGBA,
            Gl::UNSIGNED_BYTE,
            &self.canvas,
        );
        gl.pixel_storei(Gl::UNPACK_PREMULTIPLY_ALPHA_WEBGL, 0);
        sent.ok()?;
        // `as` saturates; a width is at least one texel for `Labels`.
        Some(width.ceil() as u32)
    }
}
