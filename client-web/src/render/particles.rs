//! Particles: a bounded pool of short-lived lights and shards.
//!
//! A particle never changes after it was born; where it is and how it looks at an age is worked out in its vertex shader
//! (`particle.vert`). The pool only counts ages and forgets what is over.

use std::f32::consts::TAU;

use glam::Vec2;

use super::instances::Instances;
use super::palette::Rgb;

/// Particles at most; more are not born. 64 bytes each are sent per frame.
const PARTICLES_MAX: usize = 1400;
/// The last share of the pool is kept for what the game tells by particles (`Particle::vital`).
const PARTICLES_COMMON_MAX: usize = 1000;

/// What a particle looks like; the numbers are those in `particle.frag`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// A streak along its flight.
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

/// One particle as it was born.
#[derive(Clone, Copy, Debug)]
pub struct Particle {
    /// What it looks like.
    pub look: Look,
    /// Where it was born.
    pub position: Vec2,
    /// Its speed then, units/s.
    pub velocity: Vec2,
    /// Share of the speed that is lost per second (continuous rate, 1/s).
    pub drag: f32,
    /// Seconds it lives.
    pub life: f32,
    /// World units across at birth and at the end, halved.
    pub size_from: f32,
    /// See `size_from`.
    pub size_to: f32,
    /// Its colour.
    pub color: Rgb,
    /// Its brightness.
    pub intensity: f32,
    /// Its direction at birth, radians.
    pub angle: f32,
    /// How fast that turns, radians/s.
    pub spin: f32,
    /// Whether it is born even in a crowd.
    pub vital: bool,
}

impl Particle {
    /// A particle at rest; the rest is set by struct update.
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

/// All particles that live.
#[derive(Debug, Default)]
pub struct Particles {
    alive: Vec<(Particle, f32)>,
    /// Shown in this frame only: flames that follow an engine.
    momentary: Vec<(Particle, f32)>,
}

impl Particles {
    /// Makes all older by `seconds` and forgets those that are over.
    pub fn advance(&mut self, seconds: f32) {
        self.momentary.clear();
        self.alive.retain_mut(|(particle, age)| {
            *age += seconds;
            *age < particle.life
        });
    }

    /// Gives birth to a particle, unless there are too many.
    pub fn add(&mut self, particle: Particle) {
        let limit = if particle.vital { PARTICLES_MAX } else { PARTICLES_COMMON_MAX };
        if self.alive.len() < limit {
            self.alive.push((particle, 0.0));
        }
    }

    /// Shows a particle for this frame, at a share of its life.
    pub fn show(&mut self, particle: Particle, share: f32) {
        self.momentary.push((particle, particle.life * share));
    }

    /// How many there are, those of this frame only included.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.alive.len() + self.momentary.len()
    }

    /// Writes all.
    pub fn write(&self, out: &mut Instances<16>) {
        for (particle, age) in self.alive.iter().chain(&self.momentary) {
            out.push(particle.instance(*age));
        }
    }
}

/// Random numbers for looks only: nothing of the game depends on them.
#[derive(Debug)]
pub struct Dice(u32);

impl Default for Dice {
    fn default() -> Self {
        Dice(0x2545_F491)
    }
}

impl Dice {
    /// A number in 0..1 (xorshift).
    pub fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    /// A number in `from..to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// An angle, radians.
    pub fn angle(&mut self) -> f32 {
        self.unit() * TAU
    }

    /// `count` scaled by `share`, the rest by chance, so that small effects thin out evenly too.
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
