//! The WebGL2 context of a canvas, and notice of its loss and restoration.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Event, HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlContextAttributes,
    WebGlPowerPreference,
};

use super::super::error::RenderError;

/// State of a context.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Health {
    /// It can be drawn with.
    Good,
    /// The system has taken it away, with all its contents.
    Lost,
    /// It was restored, but is empty.
    Restored,
}

/// The name of an event, and its handler.
type Listener = (&'static str, Closure<dyn FnMut(Event)>);

/// A context whose state is watched.
pub struct Context {
    canvas: HtmlCanvasElement,
    gl: Gl,
    health: Rc<Cell<Health>>,
    listeners: [Listener; 2],
}

impl Context {
    /// Creates the context of a canvas.
    pub fn new(canvas: &HtmlCanvasElement) -> Result<Context, RenderError> {
        let attributes = WebGlContextAttributes::new();
        // No antialiasing, because shaders smooth the edges; no depth buffer and no alpha, because nothing needs
        // them.
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
                // Without `preventDefault` the browser never restores the context.
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

    /// The longest side of a picture in pixels.
    pub fn side_max(&self) -> u32 {
        let limit = |name| self.gl.get_parameter(name).ok().and_then(|limit| limit.as_f64());
        let limits = [Gl::MAX_RENDERBUFFER_SIZE, Gl::MAX_TEXTURE_SIZE].map(limit);
        // The minimum that WebGL2 guarantees, for a lost context, which does not answer.
        limits.into_iter().flatten().reduce(f64::min).unwrap_or(2_048.0) as u32
    }

    /// Size of the actual drawing buffer, in pixels.
    pub fn buffer_size(&self) -> [i32; 2] {
        [self.gl.drawing_buffer_width().max(1), self.gl.drawing_buffer_height().max(1)]
    }

    /// The canvas.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// The context.
    pub fn gl(&self) -> &Gl {
        &self.gl
    }

    /// The current state.
    pub fn health(&self) -> Health {
        self.health.get()
    }

    /// Notes that everything was created again after a restoration.
    pub fn set_good(&self) {
        self.health.set(Health::Good);
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        for (name, listener) in &self.listeners {
            // The canvas outlives this. Removing a handler that is not there does no harm.
            let _ = self
                .canvas
                .remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}
