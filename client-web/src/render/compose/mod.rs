//! Turns a scene into draw data for the GPU: the part of the renderer that does not need the GPU.
//!
//! ```text
//! Scene, Visuals --> Composer::compose --> DrawList (instances by layer, uniforms for all shaders)
//!                        |  camera, effects, labels are kept from frame to frame
//! ```

mod bodies;
mod edge;
mod gates;
mod mark;
mod mates;
mod overlay;
mod pings;
mod station;
mod walls;

use glam::Vec2;

#[cfg(target_arch = "wasm32")]
pub use bodies::ROCK_VARIANTS;

use driftfield_shared::content::{Content, Sector};
use driftfield_shared::netcode::Scene;

use super::camera::{Camera, View};
use super::effects::{Dice, Effects, Moment};
use super::instances::Instances;
use super::labels::Labels;
use super::quality::Quality;
use super::tables::Tables;
use super::visuals::Visuals;

/// Longest frame time, in seconds, by which effects and camera advance; a longer frame is a pause.
const FRAME_SECONDS_MAX: f32 = 0.1;
/// Pause in seconds after which the previous scene is no longer compared with the current one.
const PAUSE_SECONDS: f64 = 1.0;
/// Period of the shaders' clock in seconds: up to here an `f32` is exact to a millisecond.
const CLOCK_SECONDS: f64 = 8192.0;
/// Stars per tile of the sky.
const STARS: usize = 700;
/// How much larger than the view a tile of the sky is, in world units.
const STAR_TILE_MARGIN: f32 = 64.0;

/// Data of a frame that all shaders get.
#[derive(Clone, Copy, Debug)]
pub struct FrameInfo {
    /// The part of the world on the screen.
    pub view: View,
    /// Size of the canvas, in CSS pixels.
    pub css: Vec2,
    /// Seconds. It restarts every few minutes so that it stays exact.
    pub seconds: f32,
    /// Strength of the glow, 0..=1.
    pub bloom: f32,
    /// Half of the sector's side, in world units.
    pub half_side: f32,
    /// Whether decorative motion is left out.
    pub reduced_motion: bool,
    /// Side of a tile of the sky, in world units.
    pub star_tile: f32,
    /// CSS pixels per pixel of a mark, 0.5..=4.
    pub ui_scale: f32,
    /// Half extents of what snapshots cover around our ship; `None`: everything.
    pub sight: Option<Vec2>,
}

/// Instances by layer, in drawing order.
#[derive(Debug, Default)]
pub struct DrawList {
    /// Parts of the screen beyond or near the sector's edge: left, top, right, bottom.
    pub fence: Instances<4>,
    /// Circles: centre, radius, depth inwards · colour, alpha · dashes, their share, turn, line width.
    pub rings: Instances<12>,
    /// The stations: centre, radius, turn.
    pub station: Instances<4>,
    /// Gates: centre, radius, turn · seed, shut for us, flash, -.
    pub gates: Instances<8>,
    /// Walls, all rims before all bodies: both ends · radius, 1 for a body, seed, -.
    pub walls: Instances<8>,
    /// Asteroids: centre, cosine, sine · radius, variant, damage, flash · ore colour, mirror.
    pub rocks: Instances<12>,
    /// Ore: centre, radius, turn · colour, seed.
    pub ores: Instances<8>,
    /// Particles, in the layout of `render/particles.rs`.
    pub particles: Instances<16>,
    /// Ships: centre, cosine, sine · radius, hull, flash, shield · colour, hit point share · own, seed, throttle, -.
    pub ships: Instances<16>,
    /// Shots: centre, direction · half length, radius, tail, own · colour, -.
    pub shots: Instances<12>,
    /// Marks over the world, in CSS pixels from the middle: centre, half size · rectangle in the label texture ·
    /// colour · kind, value, angle, extra.
    pub overlay: Instances<16>,
}

/// Composes frames.
#[derive(Debug)]
pub struct Composer {
    tables: Tables,
    camera: Camera,
    effects: Effects,
    labels: Labels,
    list: DrawList,
    last_seconds: Option<f64>,
    /// Ticks until our ship could use a gate, in the last frame.
    gate_ticks: u8,
    sight: Option<Vec2>,
}

impl Composer {
    /// A composer for a sector.
    pub fn new(content: &Content, sector: &Sector) -> Self {
        let camera = Camera::new(sector.view_half);
        Composer {
            tables: Tables::new(content, sector),
            camera,
            effects: Effects::default(),
            labels: Labels::default(),
            list: DrawList::default(),
            last_seconds: None,
            gate_ticks: 0,
            sight: sector.view_half,
        }
    }

    /// The camera.
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// Sets the size of the canvas, in CSS pixels.
    pub fn resize(&mut self, css: Vec2) {
        self.camera.resize(css);
    }

    /// The labels, so that the caller can render the requested ones.
    pub fn labels(&mut self) -> &mut Labels {
        &mut self.labels
    }

    /// Composes the frame at `time_seconds`.
    pub fn compose(
        &mut self,
        scene: &Scene,
        time_seconds: f64,
        visuals: &Visuals,
        quality: Quality,
    ) -> (FrameInfo, &DrawList) {
        let passed = time_seconds - self.last_seconds.replace(time_seconds).unwrap_or(time_seconds);
        if passed > PAUSE_SECONDS {
            self.effects.clear();
        }
        // NaN counts as no time.
        let passed = if passed.is_finite() { passed as f32 } else { 0.0 };
        let seconds = passed.clamp(0.0, FRAME_SECONDS_MAX);
        let moment = Moment {
            scene,
            seconds,
            tables: &self.tables,
            visuals,
            particle_share: quality.particle_share(),
        };
        let trauma = self.effects.advance(&moment);
        let own = scene.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == scene.player);
        let velocity = own.map_or(Vec2::ZERO, |ship| ship.velocity);
        self.camera.add_trauma(trauma);
        // Through a gate the picture cuts: nothing is between the two.
        let gate_ticks = own.map_or(0, |ship| ship.gate_ticks);
        if gate_ticks > std::mem::replace(&mut self.gate_ticks, gate_ticks) {
            self.camera.cut();
        }
        self.camera.advance(scene.camera, velocity, seconds, visuals.reduced_motion);
        let view = *self.camera.view();
        let info = FrameInfo {
            view,
            css: self.camera.css(),
            seconds: time_seconds.rem_euclid(CLOCK_SECONDS) as f32,
            bloom: visuals.bloom.clamp(0.0, 1.0),
            half_side: scene.side * 0.5,
            reduced_motion: visuals.reduced_motion,
            star_tile: 2.0 * view.half.max_element() + STAR_TILE_MARGIN,
            ui_scale: visuals.ui_scale.clamp(0.5, 4.0),
            sight: self.sight,
        };
        self.labels.advance();
        fill(&moment, &info, &self.effects, &mut self.labels, &mut self.list);
        (info, &self.list)
    }
}

fn fill(
    moment: &Moment,
    info: &FrameInfo,
    effects: &Effects,
    labels: &mut Labels,
    list: &mut DrawList,
) {
    list.station.clear();
    list.rings.clear();
    list.fence.clear();
    list.particles.clear();
    list.overlay.clear();
    station::compose(moment, info, list);
    station::fence(info, list);
    gates::compose(moment, effects, info, &mut list.gates);
    walls::compose(moment, info, &mut list.walls);
    bodies::rocks(moment, effects, info, &mut list.rocks);
    bodies::ores(moment, info, &mut list.ores);
    bodies::ships(moment, effects, info, &mut list.ships);
    bodies::shots(moment, info, &mut list.shots);
    effects.particles().write(&mut list.particles);
    edge::darkness(moment, info, &mut list.overlay);
    pings::compose(moment, info, labels, list);
    overlay::ships(moment, info, labels, &mut list.overlay);
    edge::threats(moment, info, &mut list.overlay);
    mates::compose(moment, info, labels, &mut list.overlay);
    overlay::stations(moment, info, labels, &mut list.overlay);
    overlay::gates(moment, info, labels, &mut list.overlay);
}

/// The stars of a tile of the sky: place in the tile, depth, size · colour, phase of twinkling.
pub fn stars() -> Instances<8> {
    let mut dice = Dice::default();
    let mut stars = Instances::default();
    for index in 0..STARS {
        // Many far and faint stars, few near and bright ones.
        let depth = match index % 12 {
            0 => 2.0,
            1..=3 => 1.0,
            _ => 0.0,
        };
        let spread = dice.unit() * dice.unit();
        let bright = 0.30 + 0.22 * depth + 0.45 * spread;
        let warm = dice.between(-1.0, 1.0);
        let color = [0.82 + 0.16 * warm, 0.88, 0.95 - 0.13 * warm];
        stars.push([
            dice.unit(),
            dice.unit(),
            depth,
            0.60 + 0.18 * depth + 0.5 * spread,
            color[0] * bright,
            color[1] * bright,
            color[2] * bright,
            dice.unit(),
        ]);
    }
    stars
}

#[cfg(test)]
mod tests;
