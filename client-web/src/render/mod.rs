//! Draws the world: takes a scene, produces a picture.
//!
//! ```text
//! netcode::Scene --> Composer (pure: camera, effects, labels) --> DrawList --> gl::Renderer --> canvas
//! ```
//!
//! The composer knows nothing of the browser and is tested natively. The shell (`gl`, WASM only) uploads each layer's
//! instances to the GPU in one piece and draws them in one call. Shapes are distance functions in the shaders of
//! `assets/shaders`, sharp at every size. Nothing is read back from the GPU during a frame, and no text crosses to
//! JavaScript except names that were never shown before.
//!
//! Glow: everything that glows is drawn once more, small, and blurred. Background, asteroids and ships use the result
//! as light that falls on them, so it never veils shots, outlines or text.

mod camera;
mod compose;
mod effects;
mod error;
#[cfg(target_arch = "wasm32")]
mod gl;
mod instances;
mod labels;
mod outline;
mod pace;
mod palette;
mod quality;
#[cfg(any(test, target_arch = "wasm32"))]
mod shader_text;
mod tables;
mod visuals;

pub use camera::{Camera, View};
pub use compose::{Composer, DrawList, FrameInfo, stars};
pub use error::RenderError;
#[cfg(target_arch = "wasm32")]
pub use gl::Renderer;
pub use instances::Instances;
pub use labels::{Label, Labels, Wanted};
pub use outline::bake as bake_outline;
pub use pace::{Pace, Progress};
pub use palette::{OWN as OWN_COLOR, Rgb, bits as rgb_bits, ship as ship_color};
pub use quality::{Governor, Quality};
pub use visuals::{NoRoster, PlayerLook, Roster, Visuals};

#[cfg(test)]
mod tests {
    use driftfield_shared::content::Content;

    /// The game's own content.
    pub(super) fn content() -> Content {
        Content::built_in().expect("the built-in content is checked by its own test")
    }
}
