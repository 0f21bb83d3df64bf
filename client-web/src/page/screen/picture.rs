//! The picture on the page. It is prepared from the first frame on, so that it is ready when the player is.

use driftfield_shared::content::{Content, Sector};
use glam::Vec2;
use web_sys::{Document, HtmlCanvasElement};

use crate::plates::{Rect, covering};
use crate::render::{Progress, RenderError, Renderer, View};

/// The plates that lie over the world, and fade where a ship is under them.
const PLATES: &str = ".frame .plate";
/// The class of a plate that fades.
const FADED: &str = "faded";
/// CSS pixels of the root's font at the usual size of the interface.
const USUAL_FONT_PX: f32 = 16.0;

/// A renderer, and what it needs to know of the page.
pub struct Picture {
    canvas: HtmlCanvasElement,
    /// `None` until the first frame, and where there is no WebGL2.
    renderer: Option<Renderer>,
    is_ready: bool,
    made_for: Option<(Content, String)>,
    plates: Vec<Rect>,
    ui_scale: f32,
}

impl Picture {
    /// A picture on a canvas; nothing is prepared yet.
    pub fn new(canvas: HtmlCanvasElement) -> Self {
        Picture {
            canvas,
            renderer: None,
            is_ready: false,
            made_for: None,
            plates: Vec::new(),
            ui_scale: 1.0,
        }
    }

    /// Goes on with the preparation, a little each frame. Returns how far it is; `None` once it is ready.
    ///
    /// # Errors
    /// A sentence for the player.
    pub fn prepare(&mut self) -> Result<Option<Progress>, RenderError> {
        let renderer = match &mut self.renderer {
            Some(renderer) => renderer,
            slot => slot.insert(Renderer::new(&self.canvas)?),
        };
        let progress = renderer.prepare()?;
        self.is_ready = progress.is_none();
        Ok(progress)
    }

    /// Whether it can be drawn.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Draws this sector from now on.
    ///
    /// # Errors
    /// A sentence for the player.
    pub fn set_world(&mut self, content: &Content, sector: &Sector) -> Result<(), RenderError> {
        let is_same = |(made_for, id): &(Content, String)| made_for == content && *id == sector.id;
        if !self.made_for.as_ref().is_some_and(is_same)
            && let Some(renderer) = &mut self.renderer
        {
            renderer.set_world(content, sector)?;
            self.made_for = Some((content.clone(), sector.id.clone()));
        }
        self.resize();
        Ok(())
    }

    /// Follows the size of the window, and that of the interface.
    pub fn resize(&mut self) {
        let Some(window) = web_sys::window() else { return };
        let (width, height) = (self.canvas.client_width(), self.canvas.client_height());
        if let Some(renderer) = &mut self.renderer {
            let ratio = window.device_pixel_ratio();
            renderer.resize(f64::from(width), f64::from(height), ratio);
        }
        let root = window.document().and_then(|document| document.document_element());
        let style = root.and_then(|root| window.get_computed_style(&root).ok().flatten());
        let font = style.and_then(|style| style.get_property_value("font-size").ok());
        // The unit behind the number is not read.
        let font = font.map(|font| js_sys::Number::parse_float(&font) as f32);
        let font = font.filter(|font| font.is_finite());
        self.ui_scale = font.map_or(1.0, |font| font / USUAL_FONT_PX);
    }

    /// The renderer, with the size of the interface and what lies over the world.
    pub fn parts(&mut self) -> Option<(&mut Renderer, f32, &[Rect])> {
        Some((self.renderer.as_mut()?, self.ui_scale, &self.plates))
    }

    /// Size of the interface, 1 at the usual one.
    pub fn ui_scale(&self) -> f32 {
        self.ui_scale
    }

    /// What part of the world was drawn last.
    pub fn view(&self) -> Option<&View> {
        self.renderer.as_ref()?.view()
    }

    /// The world point under a CSS pixel.
    pub fn screen_to_world(&self, place: Vec2) -> Option<Vec2> {
        self.renderer.as_ref()?.screen_to_world(f64::from(place.x), f64::from(place.y))
    }

    /// Lets the plates fade that lie over one of `ships`, and shows the others. Places are of the world.
    pub fn fade_plates(&mut self, document: &Document, ships: impl Iterator<Item = Vec2>) {
        let Some(view) = self.view().copied() else { return };
        let middle =
            Vec2::new(self.canvas.client_width() as f32, self.canvas.client_height() as f32) / 2.0;
        let ships: Vec<Vec2> = ships.map(|ship| view.from_center_css(ship) + middle).collect();
        let Ok(found) = document.query_selector_all(PLATES) else { return };
        let elements: Vec<web_sys::Element> = (0..found.length())
            .filter_map(|index| wasm_bindgen::JsCast::dyn_into(found.item(index)?).ok())
            .collect();
        self.plates = elements.iter().map(rect).collect();
        for (element, is_covering) in elements.iter().zip(covering(&self.plates, &ships)) {
            // Fails only for a name that is none.
            let _ = element.class_list().toggle_with_force(FADED, is_covering);
        }
    }
}

fn rect(element: &web_sys::Element) -> Rect {
    let rect = element.get_bounding_client_rect();
    Rect {
        min: Vec2::new(rect.left() as f32, rect.top() as f32),
        max: Vec2::new(rect.right() as f32, rect.bottom() as f32),
    }
}
