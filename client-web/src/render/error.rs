//! Why nothing can be drawn, in sentences for players.

use crate::say;

/// Why the renderer could not start. `Debug` has what a player has no use for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RenderError {
    /// The browser has no WebGL2, or it is switched off.
    NoWebGl2,
    /// The graphics driver refused a shader.
    Shader {
        /// The shader's file.
        name: &'static str,
        /// The driver's message.
        log: String,
    },
    /// The graphics driver refused a resource.
    Resource(&'static str),
    /// The page lacks something that every page has.
    Page(&'static str),
}

impl RenderError {
    /// A plain sentence for the page.
    pub fn sentence(&self) -> String {
        match self {
            RenderError::NoWebGl2 => say::NO_WEBGL2.text(),
            RenderError::Shader { name, .. } => say::no_shader(name),
            RenderError::Resource(_) => say::NO_GRAPHICS_MEMORY.text(),
            RenderError::Page(_) => say::BROKEN_PAGE.text(),
        }
    }
}
