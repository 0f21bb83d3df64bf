//! The lights of ships: flashes when hit, shields, engines and their trails.

use glam::Vec2;

use driftfield_shared::sim::ShipState;
use driftfield_shared::units::PlayerId;

use super::super::palette::{self, Rgb, mix};
use super::bursts::Bursts;
use super::particles::{Look, Particle};
use super::{FLASH_SECONDS, Moment, ship_color};
use crate::sorted_map::SortedMap;

/// Time constant with which engine light rises and fades, in seconds.
const THROTTLE_TAU: f32 = 0.06;
/// Time constant with which shields appear and fade, in seconds.
const SHIELD_TAU: f32 = 0.15;
/// Length of a piece of a trail, in world units.
const TRAIL_UNITS: f32 = 9.0;
/// A longer piece spans a jump, so it is not drawn.
const TRAIL_UNITS_MAX: f32 = 110.0;
/// Share of the hit points below which a ship smoulders.
const HURT_SHARE: f32 = 0.4;
/// Smoke clouds per second of a ship that is nearly destroyed.
const SMOULDER_PER_SECOND: f32 = 16.0;

/// The current lights of one ship.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShipGlow {
    /// Flash from a hit, 0..=1.
    pub flash: f32,
    /// Strength of the shield, 0..=1.
    pub shield: f32,
    /// Thrust of the engines: 0 off, 1 on, up to 1.8 during a boost.
    pub throttle: f32,
}

#[derive(Debug)]
struct Ship {
    hit_points: u16,
    shield: u16,
    gate_ticks: u8,
    position: Vec2,
    glow: ShipGlow,
    /// Direction of the flame while the engine fades.
    thrust: Vec2,
    /// End of the last piece of the trail.
    trail_end: Option<Vec2>,
}

/// The lights of all visible ships.
#[derive(Debug, Default)]
pub(super) struct Ships {
    ships: SortedMap<PlayerId, Ship>,
    /// Ships that passed a gate in this scene: where each was, and where it is.
    passages: Vec<(Vec2, Vec2)>,
}

impl Ships {
    pub fn glow(&self, player: PlayerId) -> ShipGlow {
        self.ships.get(&player).map_or(ShipGlow::default(), |ship| ship.glow)
    }

    /// Ships that passed a gate in this scene: where each was, and where it is.
    pub fn passages(&self) -> &[(Vec2, Vec2)] {
        &self.passages
    }

    /// Advances to a new scene. Returns the camera trauma from damage to our own ship.
    pub fn advance(&mut self, moment: &Moment, bursts: &mut Bursts) -> f32 {
        let mut trauma = 0.0;
        self.passages.clear();
        let mut known = std::mem::take(&mut self.ships);
        for (_, state) in &moment.scene.ships {
            let whole = moment.tables.hull(state.hull).hit_points;
            let mut ship = known.remove(&state.player).unwrap_or(Ship {
                hit_points: state.hit_points,
                shield: state.shield,
                gate_ticks: state.gate_ticks,
                position: state.position,
                glow: ShipGlow::default(),
                thrust: Vec2::ZERO,
                trail_end: None,
            });
            let points = ship.hit_points.saturating_sub(state.hit_points);
            // What the shield takes shakes less.
            let taken = ship.shield.saturating_sub(state.shield);
            let lost = (f32::from(points) + 0.5 * f32::from(taken)) / whole;
            if lost > 0.0 && state.player == moment.scene.player {
                trauma += 0.22 + lost;
            }
            if state.gate_ticks > ship.gate_ticks {
                let radius = moment.tables.hull(state.hull).radius;
                bursts.passage(ship.position, state.velocity * 0.2, radius);
                bursts.passage(state.position, state.velocity, radius);
                self.passages.push((ship.position, state.position));
            }
            ship.advance(moment, state, points > 0, taken > 0);
            let color = ship_color(moment.scene, state.player, moment.visuals.roster);
            ship.burn(moment, state, color, bursts);
            let share = f32::from(state.hit_points) / whole;
            let rate = SMOULDER_PER_SECOND * bursts.share * (1.0 - share / HURT_SHARE);
            if share < HURT_SHARE && bursts.dice.unit() < rate * moment.seconds {
                let radius = moment.tables.hull(state.hull).radius;
                bursts.smoulder(state.position, state.velocity, radius);
            }
            self.ships.insert(state.player, ship);
        }
        trauma
    }
}

impl Ship {
    fn advance(&mut self, moment: &Moment, state: &ShipState, was_hit: bool, shield_was_hit: bool) {
        let toward = |value: f32, target: f32, tau: f32| {
            target + (value - target) * libm::expf(-moment.seconds / tau)
        };
        let thrust = state.thrust.direction();
        let throttle = match (thrust == Vec2::ZERO, state.boosting) {
            (true, _) => 0.0,
            (false, false) => 1.0,
            (false, true) => 1.8,
        };
        if throttle > 0.0 {
            self.thrust = thrust;
        }
        self.hit_points = state.hit_points;
        self.shield = state.shield;
        self.gate_ticks = state.gate_ticks;
        self.position = state.position;
        let glow = &mut self.glow;
        glow.throttle = toward(glow.throttle, throttle, THROTTLE_TAU);
        glow.shield = match shield_was_hit {
            true => 1.0,
            false => toward(glow.shield, f32::from(u8::from(state.protected)), SHIELD_TAU),
        };
        glow.flash = if was_hit { 1.0 } else { toward(glow.flash, 0.0, FLASH_SECONDS) };
    }

    /// The engine's flame and the trail behind it.
    fn burn(&mut self, moment: &Moment, state: &ShipState, color: Rgb, bursts: &mut Bursts) {
        let throttle = self.glow.throttle;
        if throttle < 0.04 {
            self.trail_end = None;
            return;
        }
        let radius = moment.tables.hull(state.hull).radius;
        let back = -self.thrust;
        let nozzle = state.position + back * (radius * 0.62);
        let hot = mix(color, palette::HOT, if state.boosting { 0.45 } else { 0.15 });
        let length = radius * (0.75 + 0.55 * throttle) * bursts.dice.between(0.88, 1.12);
        let flame = Particle {
            size_from: length,
            size_to: radius * (0.34 + 0.12 * throttle),
            intensity: throttle.min(1.0) * (0.85 + 0.3 * (throttle - 1.0).max(0.0)),
            angle: libm::atan2f(back.y, back.x),
            ..Particle::new(Look::Flame, nozzle + back * length, hot)
        };
        bursts.particles.show(flame, bursts.dice.unit());
        let end = *self.trail_end.get_or_insert(nozzle);
        let piece = nozzle - end;
        let long = piece.length();
        if long < TRAIL_UNITS {
            return;
        }
        self.trail_end = Some(nozzle);
        if long > TRAIL_UNITS_MAX {
            return;
        }
        bursts.particles.add(Particle {
            life: if state.boosting { 0.85 } else { 0.5 },
            size_from: long * 0.5,
            size_to: radius * if state.boosting { 0.34 } else { 0.2 },
            intensity: 0.2 + 0.16 * throttle,
            angle: libm::atan2f(piece.y, piece.x),
            ..Particle::new(Look::Trail, end + piece * 0.5, hot)
        });
    }
}
