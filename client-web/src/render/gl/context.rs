//! The WebGL2 context of a canvas, and word of when it is lost and given back.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Event, HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlContextAttributes,
    WebGlPowerPreference,
};

use super::super::error::RenderError;

/// Whether a context can be drawn with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Health {
    /// It can.
    Good,
    /// The system took it away: everything in it is gone.
    Lost,
    /// It was given back, empty.
    Restored,
}

/// An event's name and what hears it.
type Listener = (&'static str, Closure<dyn FnMut(Event)>);

/// A context, watched.
pub struct Context {
    canvas: HtmlCanvasElement,
    gl: Gl,
    health: Rc<Cell<Health>>,
    listeners: [Listener; 2],
}

impl Context {
    /// The context of a canvas.
    pub fn new(canvas: &HtmlCanvasElement) -> Result<Context, RenderError> {
        let attributes = WebGlContextAttributes::new();
        // Edges are smoothed in the shaders; nothing lies before or behind.
        attributes.set_alpha(false);
        attributes.set_antialias(false);
        attributes.set_depth(false);
        attributes.set_stencil(false);
        attributes.set_power_preference(WebGlPowerPreference::HighPerformance);
        let gl = canvas
            .get_context_with_context_options("webgl2", &attributes)
            .ok()
            .flatten()
            .and_then(|context| context.dyn_into::<Gl>().ok())
            .ok_or(RenderError::NoWebGl2)?;
        let health = Rc::new(Cell::new(Health::Good));
        let on = |name, to| {
            let health = Rc::clone(&health);
            let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                // Without this the context would never be given back.
                event.prevent_default();
                health.set(to);
            });
            (name, listener)
        };
        let listeners =
            [on("webglcontextlost", Health::Lost), on("webglcontextrestored", Health::Restored)];
        for (name, listener) in &listeners {
            canvas
                .add_event_listener_with_callback(name, listener.as_ref().unchecked_ref())
                .map_err(|_| RenderError::Page("events of the canvas"))?;
        }
        Ok(Context { canvas: canvas.clone(), gl, health, listeners })
    }

    /// The canvas.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// The context.
    pub fn gl(&self) -> &Gl {
        &self.gl
    }

    /// Whether it can be drawn with.
    pub fn health(&self) -> Health {
        self.health.get()
    }

    /// Tells that everything was made anew after a restoration.
    pub fn set_good(&self) {
        self.health.set(Health::Good);
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        for (name, listener) in &self.listeners {
            // The canvas outlives us; what it cannot remove was never there.
            let _ = self
                .canvas
                .remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}
