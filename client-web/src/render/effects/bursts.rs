//! Recipes: the particles of each event.

use glam::Vec2;

use super::super::palette::{self, Rgb, mix};
use super::particles::{Dice, Look, Particle, Particles, direction};

/// Where bursts put their particles.
pub(super) struct Bursts<'a> {
    pub particles: &'a mut Particles,
    pub dice: &'a mut Dice,
    /// Share of the particles that are made, 0..=1.
    pub share: f32,
    /// Brightness factor of flashes; smaller with reduced motion.
    pub flash: f32,
}

impl Bursts<'_> {
    /// A gun fires at `muzzle`, on a ship with `velocity`.
    pub fn muzzle(&mut self, muzzle: Vec2, heading: Vec2, velocity: Vec2, color: Rgb) {
        self.particles.add(Particle {
            velocity: velocity + heading * 40.0,
            life: 0.09,
            size_from: 11.0,
            size_to: 17.0,
            intensity: 0.9 * self.flash,
            ..Particle::new(Look::Flash, muzzle, mix(color, palette::HOT, 0.4))
        });
        for _ in 0..self.dice.count(3, self.share) {
            let turned = heading.rotate(direction(self.dice.between(-0.45, 0.45)));
            self.particles.add(Particle {
                velocity: velocity + turned * self.dice.between(120.0, 300.0),
                drag: 6.0,
                life: self.dice.between(0.08, 0.18),
                size_from: 1.5,
                size_to: 0.6,
                intensity: 0.8,
                ..Particle::new(Look::Spark, muzzle, color)
            });
        }
    }

    /// A shot that flew along `heading` hits something.
    pub fn hit(&mut self, place: Vec2, heading: Vec2, color: Rgb) {
        self.particles.add(Particle {
            life: 0.12,
            size_from: 13.0,
            size_to: 7.0,
            intensity: self.flash,
            ..Particle::new(Look::Flash, place, mix(color, palette::HOT, 0.5))
        });
        for _ in 0..self.dice.count(9, self.share) {
            let away = (-heading).rotate(direction(self.dice.between(-1.25, 1.25)));
            let hot = self.dice.unit();
            self.particles.add(Particle {
                velocity: away * self.dice.between(60.0, 330.0),
                drag: 4.5,
                life: self.dice.between(0.16, 0.42),
                size_from: 2.0,
                size_to: 0.8,
                intensity: 1.2,
                ..Particle::new(Look::Spark, place, mix(color, palette::HOT, hot))
            });
        }
    }

    /// A ship goes into a gate, or comes out of one.
    pub fn passage(&mut self, place: Vec2, velocity: Vec2, radius: f32) {
        for (life, size_from, size_to, look, intensity) in [
            (0.26, radius * 1.6, radius * 3.4, Look::Flash, 1.1 * self.flash),
            (0.50, radius * 0.9, radius * 5.2, Look::Ring, 0.7),
        ] {
            let color = mix(palette::GATE, palette::TEXT, 0.3);
            self.particles.add(Particle {
                velocity: velocity * 0.3,
                drag: 3.0,
                life,
                size_from,
                size_to,
                intensity,
                ..Particle::new(look, place, color)
            });
        }
        for _ in 0..self.dice.count(16, self.share) {
            let away = direction(self.dice.between(0.0, std::f32::consts::TAU));
            self.particles.add(Particle {
                velocity: velocity * 0.5 + away * self.dice.between(60.0, 260.0),
                drag: 3.5,
                life: self.dice.between(0.25, 0.6),
                size_from: 2.0,
                size_to: 0.7,
                intensity: 1.1,
                ..Particle::new(Look::Spark, place, palette::GATE)
            });
        }
    }

    /// A ship is destroyed.
    pub fn ship(&mut self, place: Vec2, velocity: Vec2, radius: f32, color: Rgb) {
        let carried = velocity * 0.4;
        for (life, size_from, size_to, look, intensity, glow) in [
            (0.34, radius * 3.2, radius * 4.6, Look::Flash, 1.5 * self.flash, palette::HOT),
            (0.60, radius * 0.8, radius * 7.5, Look::Ring, 0.85, mix(color, palette::HOT, 0.35)),
            (0.95, radius * 0.4, radius * 4.6, Look::Ring, 0.4, palette::EMBER),
        ] {
            self.particles.add(Particle {
                velocity: carried,
                drag: 3.0,
                life,
                size_from,
                size_to,
                intensity,
                vital: true,
                ..Particle::new(look, place, glow)
            });
        }
        for _ in 0..self.dice.count(10, self.share.max(0.6)) {
            let size = radius * self.dice.between(0.25, 0.62);
            self.particles.add(Particle {
                velocity: carried + direction(self.dice.angle()) * self.dice.between(30.0, 190.0),
                drag: 1.4,
                life: self.dice.between(0.8, 1.7),
                size_from: size,
                size_to: size * 0.7,
                angle: self.dice.angle(),
                spin: self.dice.between(-9.0, 9.0),
                vital: true,
                ..Particle::new(Look::Shard, place, color)
            });
        }
        for _ in 0..self.dice.count(34, self.share) {
            let hot = self.dice.unit();
            self.particles.add(Particle {
                velocity: carried + direction(self.dice.angle()) * self.dice.between(60.0, 520.0),
                drag: 2.8,
                life: self.dice.between(0.35, 1.0),
                size_from: 2.6,
                size_to: 0.8,
                intensity: 1.4,
                ..Particle::new(Look::Spark, place, mix(palette::EMBER, palette::HOT, hot))
            });
        }
        for _ in 0..self.dice.count(9, self.share) {
            let off = direction(self.dice.angle()) * self.dice.between(0.0, radius);
            self.particles.add(Particle {
                velocity: carried + off * self.dice.between(1.0, 3.5),
                drag: 1.6,
                life: self.dice.between(0.5, 1.2),
                size_from: radius * self.dice.between(0.8, 1.4),
                size_to: radius * self.dice.between(1.8, 2.9),
                intensity: self.dice.between(0.3, 0.6),
                angle: self.dice.angle(),
                ..Particle::new(Look::Puff, place + off, mix(palette::EMBER, color, 0.25))
            });
        }
    }

    /// An asteroid breaks.
    pub fn asteroid(&mut self, place: Vec2, velocity: Vec2, radius: f32, ore: Rgb) {
        let pieces = 5 + (radius * 0.16) as u32;
        self.particles.add(Particle {
            life: 0.4,
            size_from: radius * 0.7,
            size_to: radius * 1.7,
            intensity: 0.5,
            velocity,
            vital: true,
            ..Particle::new(Look::Ring, place, mix(palette::STONE, ore, 0.6))
        });
        for _ in 0..self.dice.count(pieces, self.share.max(0.5)) {
            let heading = direction(self.dice.angle());
            let size = 2.5 + radius * self.dice.between(0.05, 0.20);
            self.particles.add(Particle {
                velocity: velocity + heading * self.dice.between(20.0, 120.0),
                drag: 1.1,
                life: self.dice.between(0.7, 1.5),
                size_from: size,
                size_to: size * 0.6,
                angle: self.dice.angle(),
                spin: self.dice.between(-6.0, 6.0),
                intensity: 0.8,
                vital: true,
                ..Particle::new(
                    Look::Shard,
                    place + heading * (radius * self.dice.between(0.1, 0.8)),
                    mix(palette::STONE, ore, 0.3),
                )
            });
        }
        for _ in 0..self.dice.count(6, self.share) {
            let off = direction(self.dice.angle()) * (radius * self.dice.between(0.1, 0.7));
            self.particles.add(Particle {
                velocity: velocity + off * 0.7,
                drag: 1.5,
                life: self.dice.between(0.5, 1.1),
                size_from: radius * 0.45,
                size_to: radius * 0.95,
                intensity: 0.17,
                angle: self.dice.angle(),
                ..Particle::new(Look::Puff, place + off, mix(palette::STONE, ore, 0.35))
            });
        }
        for _ in 0..self.dice.count(pieces, self.share) {
            self.particles.add(Particle {
                velocity: velocity + direction(self.dice.angle()) * self.dice.between(60.0, 260.0),
                drag: 3.0,
                life: self.dice.between(0.25, 0.7),
                size_from: 1.8,
                size_to: 0.8,
                ..Particle::new(Look::Spark, place, ore)
            });
        }
    }

    /// A ship at `taker`, if known, picks up a chunk of ore.
    pub fn pick_up(&mut self, place: Vec2, taker: Option<Vec2>, ore: Rgb) {
        let pull = taker.map_or(Vec2::ZERO, |taker| (taker - place) * 3.2);
        self.particles.add(Particle {
            velocity: pull,
            drag: 1.5,
            life: 0.36,
            size_from: 20.0,
            size_to: 5.0,
            intensity: 1.1 * self.flash,
            spin: 3.0,
            vital: true,
            ..Particle::new(Look::Glint, place, mix(ore, [1.0; 3], 0.35))
        });
        for _ in 0..self.dice.count(7, self.share) {
            let heading = direction(self.dice.angle());
            self.particles.add(Particle {
                velocity: pull * self.dice.between(0.5, 1.2)
                    + heading * self.dice.between(20.0, 90.0),
                drag: 2.5,
                life: self.dice.between(0.2, 0.5),
                size_from: 1.9,
                size_to: 0.7,
                ..Particle::new(Look::Spark, place, ore)
            });
        }
    }

    /// A damaged ship trails a little fire.
    pub fn smoulder(&mut self, place: Vec2, velocity: Vec2, radius: f32) {
        let off = direction(self.dice.angle()) * (radius * self.dice.between(0.0, 0.6));
        self.particles.add(Particle {
            velocity: velocity * 0.3 + off,
            drag: 1.0,
            life: self.dice.between(0.4, 0.8),
            size_from: radius * 0.25,
            size_to: radius * self.dice.between(0.5, 0.9),
            intensity: 0.28,
            angle: self.dice.angle(),
            ..Particle::new(Look::Puff, place + off, palette::EMBER)
        });
    }
}
