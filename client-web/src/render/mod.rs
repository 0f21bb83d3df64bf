//! Draws the world: a scene in, a picture out.
//!
//! ```text
//! netcode::Scene --> Composer (pure: camera, effects, labels) --> DrawList --> gl::Renderer --> canvas
//! ```
//!
//! The composer knows nothing of the browser and is tested natively. The shell (`gl`, WASM only) sends each layer's instances
//! to the GPU in one piece and draws it in one call; shapes are distance functions in the shaders of `assets/shaders`, sharp at every size. Nothing
//! is read back from the GPU in a frame, and no text crosses to JavaScript but for a name that was never shown.
//!
//! Light: what glows is drawn once more, small, and spread; backdrop, asteroids and ships take that up as
//! light that falls on them. So it never veils shots, rims or text.

mod camera;
mod compose;
mod effects;
mod error;
#[cfg(target_arch = "wasm32")]
mod gl;
mod instances;
mod labels;
mod outline;
mod palette;
mod particles;
mod quality;
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
pub use palette::{Rgb, ship as ship_color};
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
