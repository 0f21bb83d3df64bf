//! Why there is no picture, in sentences for players.

use std::fmt;

/// Why the renderer could not start. `Display` is a plain sentence for the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RenderError {
    /// The browser has no WebGL2, or it is switched off.
    NoWebGl2,
    /// The graphics driver refused a shader: which one, and what it said.
    Shader {
        /// The shader's file.
        name: &'static str,
        /// The driver's words.
        log: String,
    },
    /// The graphics driver did not give what was asked for.
    Resource(&'static str),
    /// The page lacks something that every page has.
    Page(&'static str),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::NoWebGl2 => f.write_str(
                "This browser has no WebGL2, which the game draws with. A current Firefox, Chrome, Edge or Safari \
                 has it; if yours is current, switch hardware acceleration on.",
            ),
            RenderError::Shader { name, log } => {
                write!(f, "The graphics driver refused the shader {name}: {log}")
            }
            RenderError::Resource(what) => {
                write!(f, "The graphics driver did not give us {what}. Closing other tabs may help.")
            }
            RenderError::Page(what) => write!(f, "The page is missing {what}. Please reload it."),
        }
    }
}

impl std::error::Error for RenderError {}
