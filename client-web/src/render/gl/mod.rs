//! The renderer proper: WebGL2 on a canvas of the page.

mod context;
mod gpu;
mod layer;
mod light;
mod program;
mod text;
mod textures;

use glam::Vec2;
use web_sys::HtmlCanvasElement;

use driftfield_shared::content::{Content, Hull, Sector};
use driftfield_shared::netcode::Scene;

use self::context::{Context, Health};
use self::gpu::Gpu;
use super::compose::Composer;
use super::error::RenderError;
use super::quality::{Governor, Quality};
use super::visuals::Visuals;

/// Draws scenes onto a canvas.
pub struct Renderer {
    context: Context,
    /// `None` while the context is lost.
    gpu: Option<Gpu>,
    hulls: Vec<Hull>,
    composer: Composer,
    governor: Governor,
    /// Size and ratio as the page last told them, and what was made of that.
    css: [f64; 2],
    device_pixel_ratio: f64,
    made_for: Option<Quality>,
    size: [i32; 2],
    last_seconds: Option<f64>,
}

impl Renderer {
    /// A renderer for a sector on a canvas that has no other context.
    ///
    /// # Errors
    /// A sentence for the player: no WebGL2, or a driver that refuses what it should give.
    pub fn new(
        canvas: &HtmlCanvasElement,
        content: &Content,
        sector: &Sector,
    ) -> Result<Renderer, RenderError> {
        let context = Context::new(canvas)?;
        let gpu = Gpu::new(context.gl(), &content.hulls)?;
        Ok(Renderer {
            context,
            gpu: Some(gpu),
            hulls: content.hulls.clone(),
            composer: Composer::new(content, sector),
            governor: Governor::default(),
            css: [1280.0, 720.0],
            device_pixel_ratio: 1.0,
            made_for: None,
            size: [1, 1],
            last_seconds: None,
        })
    }

    /// Takes the size of the canvas on the page and the density of the screen; the canvas gets as many pixels as the
    /// tier allows, two per CSS pixel at most.
    pub fn resize(&mut self, css_width: f64, css_height: f64, device_pixel_ratio: f64) {
        let css = [css_width.max(1.0), css_height.max(1.0)];
        if self.css != css || self.device_pixel_ratio != device_pixel_ratio {
            self.css = css;
            self.device_pixel_ratio = device_pixel_ratio;
            self.made_for = None;
        }
        self.composer.resize(Vec2::new(css[0] as f32, css[1] as f32));
    }

    /// Draws a scene at a time on a clock that runs forward. Does nothing while the system holds the context back.
    pub fn draw(&mut self, scene: &Scene, time_seconds: f64, visuals: &Visuals) {
        let passed = self.last_seconds.replace(time_seconds).map(|last| time_seconds - last);
        self.restore();
        let quality = match (visuals.quality, passed) {
            (Some(quality), _) => quality,
            (None, Some(passed)) => self.governor.handle_frame(passed as f32),
            (None, None) => self.governor.quality(),
        };
        let Some(gpu) = &mut self.gpu else { return };
        if self.made_for != Some(quality) {
            self.made_for = Some(quality);
            let ratio = quality.pixel_ratio(self.device_pixel_ratio);
            // `as` saturates; the browser caps a canvas that is too large by itself.
            self.size = self.css.map(|side| ((side * ratio).round() as i32).max(1));
            let [width, height] = self.size.map(|side| side as u32);
            self.context.canvas().set_width(width);
            self.context.canvas().set_height(height);
            if gpu.resize(self.size, quality.light_divisor()).is_err() {
                // Only a lost context refuses; it is made anew when it comes back.
                self.gpu = None;
                return;
            }
        }
        gpu.write_labels(self.composer.labels());
        let (info, list) = self.composer.compose(scene, time_seconds, visuals, quality);
        gpu.draw(&info, list, self.size);
    }

    /// The world point under a CSS pixel of the canvas, as last drawn.
    pub fn screen_to_world(&self, css_x: f64, css_y: f64) -> Vec2 {
        self.composer.camera().view().to_world(Vec2::new(css_x as f32, css_y as f32))
    }

    /// The tier that is drawn with.
    pub fn quality(&self) -> Quality {
        self.made_for.unwrap_or(self.governor.quality())
    }

    /// Drops what a lost context took with it, and makes it anew once the context is back.
    fn restore(&mut self) {
        match self.context.health() {
            Health::Good => {}
            Health::Lost => self.gpu = None,
            Health::Restored => {
                self.context.set_good();
                self.composer.labels().clear();
                self.made_for = None;
                // Lost again already: the next restoration will tell.
                self.gpu = Gpu::new(self.context.gl(), &self.hulls).ok();
            }
        }
    }
}
