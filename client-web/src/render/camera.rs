//! The camera: it follows our ship, looks a little ahead of its flight, and shakes when the ship is hit.
//!
//! ```text
//! scene.camera, velocity, trauma --> Camera::advance --> View: world <-> CSS pixels <-> clip space
//! ```
//!
//! The server fixes how far a player sees. A wide window gains nothing: the picture fits into the box that snapshots
//! cover. A narrow window must still show a close fight: along its short side it shows at least [`SHORT_HALF_MIN`]
//! units, and the parts along the long side that then lie outside the box are drawn dark (`compose/edge.rs`).

use glam::Vec2;

/// How far ahead the camera looks, in seconds of flight.
const LOOKAHEAD_SECONDS: f32 = 0.28;
/// Largest look-ahead, in world units per axis. It is subtracted from what snapshots cover.
const LOOKAHEAD_MAX: Vec2 = Vec2::new(90.0, 70.0);
/// Time constant of the look-ahead, in seconds.
const LOOKAHEAD_TAU: f32 = 0.35;
/// Time constant with which the camera glides over a jump of our ship, in seconds.
const GLIDE_TAU: f32 = 0.14;
/// Movement within a frame, in world units, that counts as a jump (a respawn, a new session).
const JUMP_UNITS: f32 = 160.0;
/// A jump too far to glide over, in world units.
const GLIDE_UNITS_MAX: f32 = 1500.0;
/// Smallest half width of the view in world units, in any window: ships fight at 250, and have a name above them.
pub const SHORT_HALF_MIN: f32 = 320.0;
/// Half size of the view in a sector in which everyone sees everyone, in world units.
const OPEN_VIEW_HALF: Vec2 = Vec2::new(800.0, 450.0);
/// Shake at full trauma, in CSS pixels. Published upper limits are 10.
const SHAKE_PIXELS_MAX: f32 = 8.0;
/// Trauma lost per second.
const TRAUMA_DECAY: f32 = 1.4;

/// The part of the world that is on the screen.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The world point in the middle of the screen.
    pub center: Vec2,
    /// Half extents of the view, in world units.
    pub half: Vec2,
    /// World units per CSS pixel.
    pub units_per_css: f32,
}

impl View {
    /// The world point under a CSS pixel, measured from the top left corner.
    pub fn to_world(&self, css: Vec2) -> Vec2 {
        self.center - self.half + css * self.units_per_css
    }

    /// The offset of a world point from the middle of the screen, in CSS pixels.
    pub fn from_center_css(&self, world: Vec2) -> Vec2 {
        (world - self.center) / self.units_per_css
    }

    /// Whether a circle is at least partly on the screen.
    pub fn shows(&self, position: Vec2, radius: f32) -> bool {
        let away = (position - self.center).abs();
        away.x < self.half.x + radius && away.y < self.half.y + radius
    }
}

/// The moving camera.
#[derive(Debug)]
pub struct Camera {
    box_half: Vec2,
    css: Vec2,
    target: Option<Vec2>,
    lookahead: Vec2,
    glide: Vec2,
    trauma: f32,
    shake_seconds: f32,
    view: View,
}

impl Camera {
    /// A camera for a sector whose snapshots cover `view_half` around our ship; `None`: the whole sector.
    pub fn new(view_half: Option<Vec2>) -> Self {
        let box_half =
            view_half.map_or(OPEN_VIEW_HALF, |half| (half - LOOKAHEAD_MAX).max(Vec2::splat(100.0)));
        let css = Vec2::new(1280.0, 720.0);
        Camera {
            box_half,
            css,
            target: None,
            lookahead: Vec2::ZERO,
            glide: Vec2::ZERO,
            trauma: 0.0,
            shake_seconds: 0.0,
            view: fit(box_half, css, Vec2::ZERO),
        }
    }

    /// Sets the size of the canvas, in CSS pixels.
    pub fn resize(&mut self, css: Vec2) {
        self.css = css.max(Vec2::ONE);
        self.view = fit(self.box_half, self.css, self.view.center);
    }

    /// Size of the canvas, CSS pixels.
    pub fn css(&self) -> Vec2 {
        self.css
    }

    /// The current view.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Adds trauma, 0..=1: 0.1 is a light hit, 0.5 a death nearby.
    pub fn add_trauma(&mut self, trauma: f32) {
        self.trauma = (self.trauma + trauma).clamp(0.0, 1.0);
    }

    /// The next place of the ship is somewhere else: the camera is there at once, with the ship where it was on the screen.
    pub fn cut(&mut self) {
        self.target = None;
        self.glide = Vec2::ZERO;
    }

    /// Advances by `seconds` towards a ship at `target` with `velocity`.
    pub fn advance(&mut self, target: Vec2, velocity: Vec2, seconds: f32, reduced_motion: bool) {
        let moved = target - self.target.replace(target).unwrap_or(target);
        if moved.length() > JUMP_UNITS {
            let glide = self.glide - moved;
            self.glide = if glide.length() > GLIDE_UNITS_MAX { Vec2::ZERO } else { glide };
        }
        self.glide *= decay(seconds, GLIDE_TAU);
        let ahead = (velocity * LOOKAHEAD_SECONDS).clamp(-LOOKAHEAD_MAX, LOOKAHEAD_MAX);
        self.lookahead += (ahead - self.lookahead) * (1.0 - decay(seconds, LOOKAHEAD_TAU));
        self.trauma = (self.trauma - TRAUMA_DECAY * seconds).max(0.0);
        self.shake_seconds = (self.shake_seconds + seconds) % 3600.0;
        let shake = match reduced_motion {
            true => Vec2::ZERO,
            false => self.shake() * self.view.units_per_css,
        };
        let center = target + self.glide + self.lookahead + shake;
        self.view = fit(self.box_half, self.css, center);
    }

    /// The shake offset in CSS pixels: two sums of sines without a common period, around 25 Hz.
    fn shake(&self) -> Vec2 {
        let t = self.shake_seconds;
        let wave = |a: f32, b: f32| 0.6 * libm::sinf(t * a) + 0.4 * libm::sinf(t * b + 1.3);
        Vec2::new(wave(151.0, 97.0), wave(137.0, 113.0))
            * (SHAKE_PIXELS_MAX * self.trauma * self.trauma)
    }
}

/// The largest view around `center` with the screen's aspect ratio that lies within the box; a larger one if that
/// would show too little.
fn fit(box_half: Vec2, css: Vec2, center: Vec2) -> View {
    let least = 2.0 * SHORT_HALF_MIN.min(box_half.min_element()) / css.min_element();
    let units_per_css = (2.0 * box_half / css).min_element().max(least);
    View { center, half: css * (0.5 * units_per_css), units_per_css }
}

/// The share left after `seconds` of an exponential decay with time constant `tau`.
fn decay(seconds: f32, tau: f32) -> f32 {
    libm::expf(-seconds / tau)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(css: Vec2, target: Vec2, velocity: Vec2) -> Camera {
        let mut camera = Camera::new(Some(Vec2::new(900.0, 560.0)));
        camera.resize(css);
        for _ in 0..300 {
            camera.advance(target, velocity, 1.0 / 60.0, false);
        }
        camera
    }

    #[test]
    fn a_usual_window_shows_no_more_than_snapshots_cover() {
        for css in [(1280.0, 720.0), (3440.0, 1440.0), (844.0, 390.0), (1.0, 1.0), (0.0, 0.0)] {
            for velocity in [Vec2::ZERO, Vec2::new(900.0, -900.0)] {
                let camera = settled(css.into(), Vec2::ZERO, velocity);
                let view = camera.view();
                let far = view.center.abs() + view.half;
                assert!(far.x <= 900.01 && far.y <= 560.01, "{css:?}: {far}");
            }
        }
    }

    #[test]
    fn every_window_shows_a_fight_at_arms_length() {
        for css in [(390.0, 844.0), (320.0, 568.0), (844.0, 390.0), (5120.0, 1440.0)] {
            let view = *settled(css.into(), Vec2::ZERO, Vec2::ZERO).view();
            assert!(view.half.min_element() > SHORT_HALF_MIN - 0.1, "{css:?}: {}", view.half);
        }
        // A sector with a short sight stays within it.
        let mut camera = Camera::new(Some(Vec2::new(300.0, 250.0)));
        camera.resize(Vec2::new(390.0, 844.0));
        assert!(camera.view().half.x <= 210.0, "{}", camera.view().half);
    }

    #[test]
    fn screen_and_world_are_inverse() {
        let camera = settled(Vec2::new(1280.0, 720.0), Vec2::new(500.0, -200.0), Vec2::ZERO);
        let css = Vec2::new(100.0, 650.0);
        let world = camera.view().to_world(css);
        let back = camera.view().from_center_css(world) + camera.css() / 2.0;
        assert!((back - css).length() < 1e-2, "{back}");
        let middle = camera.view().to_world(camera.css() / 2.0);
        assert!((middle - Vec2::new(500.0, -200.0)).length() < 1e-2, "{middle}");
    }

    #[test]
    fn shaking_fades_and_is_off_with_reduced_motion() {
        for (reduced, shakes) in [(false, true), (true, false)] {
            let mut camera = settled(Vec2::new(1280.0, 720.0), Vec2::ZERO, Vec2::ZERO);
            camera.add_trauma(5.0);
            let mut most: f32 = 0.0;
            for _ in 0..30 {
                camera.advance(Vec2::ZERO, Vec2::ZERO, 1.0 / 60.0, reduced);
                most = most.max(camera.view().center.length() / camera.view().units_per_css);
            }
            assert_eq!(most > 0.5, shakes);
            assert!(most <= 10.0);
            for _ in 0..60 {
                camera.advance(Vec2::ZERO, Vec2::ZERO, 1.0 / 60.0, reduced);
            }
            assert_eq!(camera.view().center, Vec2::ZERO);
        }
    }

    #[test]
    fn a_gate_is_a_cut_however_near_its_exit_is() {
        let mut camera = settled(Vec2::new(1280.0, 720.0), Vec2::ZERO, Vec2::ZERO);
        camera.cut();
        let away = Vec2::new(620.0, 0.0);
        camera.advance(away, Vec2::ZERO, 1.0 / 60.0, false);
        assert!((camera.view().center - away).length() < 0.1, "{}", camera.view().center);
    }

    #[test]
    fn a_return_elsewhere_is_glided_to_and_flight_is_followed_at_once() {
        let mut camera = settled(Vec2::new(1280.0, 720.0), Vec2::ZERO, Vec2::ZERO);
        let away = Vec2::new(800.0, 0.0);
        camera.advance(away, Vec2::ZERO, 1.0 / 60.0, false);
        assert!(camera.view().center.x < 200.0, "{}", camera.view().center);
        for _ in 0..90 {
            camera.advance(away, Vec2::ZERO, 1.0 / 60.0, false);
        }
        assert!((camera.view().center - away).length() < 1.0);
        camera.advance(away + Vec2::new(5.0, 0.0), Vec2::ZERO, 1.0 / 60.0, false);
        assert!((camera.view().center - away).length() > 4.0);
    }
}
