//! The renderer: WebGL2 on a canvas of the page.
//!
//! ```text
//! Renderer::new --> Preparation, a step each frame --> Gpu --draw--> canvas
//!                       ^-- the system restores a lost context
//! ```

mod context;
mod gpu;
mod layer;
mod light;
mod preparation;
mod program;
mod text;
mod textures;

use glam::Vec2;
use web_sys::HtmlCanvasElement;

use driftfield_shared::content::{Content, Hull, Sector};
use driftfield_shared::netcode::Scene;

use self::context::{Context, Health};
use self::gpu::Gpu;
use self::preparation::Preparation;
use super::camera::View;
use super::compose::Composer;
use super::error::RenderError;
use super::pace::Progress;
use super::quality::{Governor, Quality};
use super::visuals::Visuals;

/// Draws scenes onto a canvas.
pub struct Renderer {
    context: Context,
    stage: Stage,
    world: Option<World>,
    governor: Governor,
    /// Size and ratio as the page last set them, and the resulting pixels.
    css: [f64; 2],
    device_pixel_ratio: f64,
    made_for: Option<Quality>,
    size: [i32; 2],
    last_seconds: Option<f64>,
}

/// What can be done with the context.
enum Stage {
    /// Nothing: it was lost.
    Lost,
    /// Programs and textures are being prepared.
    Preparing(Box<Preparation>),
    /// It can be drawn with.
    Ready(Box<Gpu>),
}

/// What is drawn: a sector with a content.
struct World {
    composer: Composer,
    hulls: Vec<Hull>,
}

impl Renderer {
    /// A renderer on a canvas that has no other context. It draws after it has been prepared and was given a world.
    ///
    /// # Errors
    /// A sentence for the player, if there is no WebGL2.
    pub fn new(canvas: &HtmlCanvasElement) -> Result<Renderer, RenderError> {
        let context = Context::new(canvas)?;
        let preparation = Preparation::new(context.gl());
        Ok(Renderer {
            context,
            stage: Stage::Preparing(Box::new(preparation)),
            world: None,
            governor: Governor::default(),
            css: [1280.0, 720.0],
            device_pixel_ratio: 1.0,
            made_for: None,
            size: [1, 1],
            last_seconds: None,
        })
    }

    /// Continues the preparation of everything that drawing needs. Call it once per frame. It never waits for the
    /// driver. Returns the progress; `None` when it is done.
    ///
    /// # Errors
    /// A sentence for the player, if the driver refuses a shader or memory.
    pub fn prepare(&mut self) -> Result<Option<Progress>, RenderError> {
        self.restore();
        match &mut self.stage {
            Stage::Ready(_) => Ok(None),
            // The system may restore it later, or never.
            Stage::Lost => Ok(Some(Progress { done: 0, total: 1 })),
            Stage::Preparing(preparation) => {
                let progress = preparation.progress();
                let Some(mut gpu) = preparation.advance()? else { return Ok(Some(progress)) };
                if let Some(world) = &self.world {
                    gpu.set_hulls(&world.hulls)?;
                }
                self.made_for = None;
                self.stage = Stage::Ready(Box::new(gpu));
                Ok(None)
            }
        }
    }

    /// Sets the sector to draw from now on.
    ///
    /// # Errors
    /// A sentence for the player, if the driver has no memory for the hulls.
    pub fn set_world(&mut self, content: &Content, sector: &Sector) -> Result<(), RenderError> {
        let mut composer = Composer::new(content, sector);
        composer.resize(Vec2::from(self.css.map(|side| side as f32)));
        let hulls = content.hulls.clone();
        if let Stage::Ready(gpu) = &mut self.stage {
            gpu.set_hulls(&hulls)?;
        }
        self.world = Some(World { composer, hulls });
        Ok(())
    }

    /// Sets the size of the canvas on the page and the density of the screen. The canvas gets as many pixels as the
    /// tier allows, at most two per CSS pixel.
    pub fn resize(&mut self, css_width: f64, css_height: f64, device_pixel_ratio: f64) {
        let css = [css_width.max(1.0), css_height.max(1.0)];
        if self.css != css || self.device_pixel_ratio != device_pixel_ratio {
            self.css = css;
            self.device_pixel_ratio = device_pixel_ratio;
            self.made_for = None;
        }
        if let Some(world) = &mut self.world {
            world.composer.resize(Vec2::from(css.map(|side| side as f32)));
        }
    }

    /// Draws a scene at a time of a clock that never goes back. Does nothing before the renderer is prepared and has
    /// a world.
    pub fn draw(&mut self, scene: &Scene, time_seconds: f64, visuals: &Visuals) {
        let passed = self.last_seconds.replace(time_seconds).map(|last| time_seconds - last);
        let (Stage::Ready(gpu), Some(world)) = (&mut self.stage, &mut self.world) else { return };
        let quality = match (visuals.quality, passed) {
            (Some(quality), _) => quality,
            (None, Some(passed)) => self.governor.handle_frame(passed as f32),
            (None, None) => self.governor.quality(),
        };
        if self.made_for != Some(quality) {
            self.made_for = Some(quality);
            let side_max = self.context.side_max();
            let [width, height] = quality.picture_size(self.css, self.device_pixel_ratio, side_max);
            self.context.canvas().set_width(width);
            self.context.canvas().set_height(height);
            // The browser may provide fewer pixels than requested; it stretches the canvas over the page anyway.
            self.size = self.context.buffer_size();
            if gpu.resize(self.size, quality.light_divisor()).is_err() {
                // Fails only for a lost context, whose resources are created again after its restoration.
                self.stage = Stage::Lost;
                return;
            }
        }
        gpu.write_labels(world.composer.labels());
        let (info, list) = world.composer.compose(scene, time_seconds, visuals, quality);
        gpu.draw(&info, list, self.size);
    }

    /// The world point under a CSS pixel of the canvas, as last drawn; `None` before there is a world.
    pub fn screen_to_world(&self, css_x: f64, css_y: f64) -> Option<Vec2> {
        let css = Vec2::new(css_x as f32, css_y as f32);
        Some(self.view()?.to_world(css))
    }

    /// The part of the world that was last drawn; `None` before there is a world.
    pub fn view(&self) -> Option<&View> {
        Some(self.world.as_ref()?.composer.camera().view())
    }

    /// The current tier.
    pub fn quality(&self) -> Quality {
        self.made_for.unwrap_or(self.governor.quality())
    }

    /// Drops the resources of a lost context, and starts again once the context is restored.
    fn restore(&mut self) {
        match self.context.health() {
            Health::Good => {}
            Health::Lost => self.stage = Stage::Lost,
            Health::Restored => {
                self.context.set_good();
                if let Some(world) = &mut self.world {
                    world.composer.labels().clear();
                }
                self.made_for = None;
                self.stage = Stage::Preparing(Box::new(Preparation::new(self.context.gl())));
            }
        }
    }
}
