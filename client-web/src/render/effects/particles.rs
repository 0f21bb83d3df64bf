//! Particles: a bounded pool of short-lived lights and shards.
//!
//! A particle never changes after its birth. Its vertex shader (`particle.vert`) computes position and looks from its
//! age. The pool only advances ages and removes expired particles.

use std::f32::consts::TAU;

use glam::Vec2;

use super::super::instances::Instances;
use super::super::palette::Rgb;

/// Most particles; beyond that none are created. Each takes 64 bytes of upload per frame.
const PARTICLES_MAX: usize = 1400;
/// The last share of the pool is reserved for particles that carry information (`Particle::vital`).
const PARTICLES_COMMON_MAX: usize = 1000;

/// The shape of a particle; the numbers are those in `particle.frag`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// A streak along its direction of flight.
    Spark = 0,
    /// A ring that grows.
    Ring = 1,
    /// A tumbling dark shard with a glowing rim.
    Shard = 2,
    /// The flame of an engine, along `angle`.
    Flame = 3,
    /// A four-pointed star.
    Glint = 4,
    /// A soft cloud.
    Puff = 5,
    /// A piece of a trail, along `angle`: `size_from` long, `size_to` wide.
    Trail = 6,
    /// A round flash.
    Flash = 7,
}

/// A particle's state at its birth.
#[derive(Clone, Copy, Debug)]
pub struct Particle {
    /// Its shape.
    pub look: Look,
    /// Position at birth.
    pub position: Vec2,
    /// Velocity at birth, in units/s.
    pub velocity: Vec2,
    /// Share of the velocity lost per second (continuous rate, 1/s).
    pub drag: f32,
    /// Lifetime in seconds.
    pub life: f32,
    /// Half size at birth and at the end, in world units.
    pub size_from: f32,
    /// See `size_from`.
    pub size_to: f32,
    /// Its colour.
    pub color: Rgb,
    /// Its brightness.
    pub intensity: f32,
    /// Angle at birth, in radians.
    pub angle: f32,
    /// Angular velocity, in radians/s.
    pub spin: f32,
    /// Whether it is created even when the pool is nearly full.
    pub vital: bool,
}

impl Particle {
    /// A particle at rest; callers set the other fields by struct update.
    pub fn new(look: Look, position: Vec2, color: Rgb) -> Self {
        Particle {
            look,
            position,
            velocity: Vec2::ZERO,
            drag: 0.0,
            life: 0.3,
            size_from: 4.0,
            size_to: 4.0,
            color,
            intensity: 1.0,
            angle: 0.0,
            spin: 0.0,
            vital: false,
        }
    }

    fn instance(&self, age: f32) -> [f32; 16] {
        let [r, g, b] = self.color;
        [
            self.position.x,
            self.position.y,
            self.velocity.x,
            self.velocity.y,
            age,
            self.life,
            self.size_from,
            self.size_to,
            r * self.intensity,
            g * self.intensity,
            b * self.intensity,
            self.look as u8 as f32,
            self.drag,
            self.angle,
            self.spin,
            0.0,
        ]
    }
}

/// All living particles.
#[derive(Debug, Default)]
pub struct Particles {
    alive: Vec<(Particle, f32)>,
    /// Particles of this frame only: flames that follow an engine.
    momentary: Vec<(Particle, f32)>,
}

impl Particles {
    /// Ages all particles by `seconds`, and removes expired ones.
    pub fn advance(&mut self, seconds: f32) {
        self.momentary.clear();
        self.alive.retain_mut(|(particle, age)| {
            *age += seconds;
            *age < particle.life
        });
    }

    /// Adds a particle, unless the pool is full.
    pub fn add(&mut self, particle: Particle) {
        let limit = if particle.vital { PARTICLES_MAX } else { PARTICLES_COMMON_MAX };
        if self.alive.len() < limit {
            self.alive.push((particle, 0.0));
        }
    }

    /// Shows a particle in this frame only, at a share of its lifetime.
    pub fn show(&mut self, particle: Particle, share: f32) {
        self.momentary.push((particle, particle.life * share));
    }

    /// Number of particles, including those of this frame only.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.alive.len() + self.momentary.len()
    }

    /// Writes all particles as instances.
    pub fn write(&self, out: &mut Instances<16>) {
        for (particle, age) in self.alive.iter().chain(&self.momentary) {
            out.push(particle.instance(*age));
        }
    }
}

/// Random numbers for visuals only; the game does not depend on them.
#[derive(Debug)]
pub struct Dice(u32);

impl Default for Dice {
    fn default() -> Self {
        Dice(0x2545_F491)
    }
}

impl Dice {
    /// A random number in 0..1 (xorshift).
    pub fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    /// A random number in `from..to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// A random angle in radians.
    pub fn angle(&mut self) -> f32 {
        self.unit() * TAU
    }

    /// `count` scaled by `share`. The fraction is rounded randomly, so that small effects thin out evenly too.
    pub fn count(&mut self, count: u32, share: f32) -> u32 {
        (count as f32 * share + self.unit()) as u32
    }
}

/// The unit vector at `angle` radians.
pub fn direction(angle: f32) -> Vec2 {
    let (sin, cos) = libm::sincosf(angle);
    Vec2::new(cos, sin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spark() -> Particle {
        Particle::new(Look::Spark, Vec2::ZERO, [1.0; 3])
    }

    #[test]
    fn particles_end_with_their_life() {
        let mut particles = Particles::default();
        particles.add(spark());
        particles.show(spark(), 0.5);
        assert_eq!(particles.count(), 2);
        particles.advance(0.2);
        assert_eq!(particles.count(), 1);
        particles.advance(0.2);
        assert_eq!(particles.count(), 0);
    }

    #[test]
    fn the_pool_is_bounded_and_keeps_room_for_what_matters() {
        let mut particles = Particles::default();
        for _ in 0..10_000 {
            particles.add(spark());
        }
        assert_eq!(particles.count(), PARTICLES_COMMON_MAX);
        for _ in 0..10_000 {
            particles.add(Particle { vital: true, ..spark() });
        }
        assert_eq!(particles.count(), PARTICLES_MAX);
        let mut out = Instances::default();
        particles.write(&mut out);
        assert_eq!(out.count(), PARTICLES_MAX);
    }

    #[test]
    fn dice_stay_within_bounds() {
        let mut dice = Dice::default();
        let mut sum = 0.0;
        for _ in 0..10_000 {
            let value = dice.between(-1.0, 3.0);
            assert!((-1.0..3.0).contains(&value));
            sum += value;
        }
        assert!((sum / 10_000.0 - 1.0).abs() < 0.05);
    }
}
