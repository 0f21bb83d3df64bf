//! A deposit: a place where asteroids grow, which is a field or the place of a lone rock.

use glam::Vec2;

use super::ticks;
use crate::content::{Area, Field, LoneRock, Sector};
use crate::units::{OreId, SizeId};

/// A place where asteroids grow.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// Its form.
    pub site: Site,
    /// Number of asteroids that it keeps, pieces included.
    pub asteroids: u16,
    /// Ticks until a lost asteroid is replaced.
    pub regrow_ticks: u32,
}

/// The form of a deposit.
#[derive(Clone, Debug)]
pub enum Site {
    /// An area, in which asteroids of all sizes drift.
    Field {
        /// Where it is.
        area: Area,
        /// The smallest upright rectangle around it.
        bounds: (Vec2, Vec2),
        /// Share of each ore.
        ores: Vec<f32>,
    },
    /// The place of one asteroid that is always the same.
    Rock {
        /// Its centre.
        position: Vec2,
        /// Its size.
        size: SizeId,
        /// Its ore.
        ore: OreId,
    },
}

impl Deposit {
    /// The deposits of a sector: its fields, then its lone rocks.
    pub(super) fn all(sector: &Sector, tick_hz: u16) -> Vec<Deposit> {
        let fields = sector.fields.iter().map(|field| Deposit::field(field, tick_hz));
        let rocks = sector.rocks.iter().map(|rock| Deposit::rock(rock, tick_hz));
        fields.chain(rocks).collect()
    }

    /// Whether a place is in it; no place is in a lone rock's.
    pub fn contains(&self, place: Vec2) -> bool {
        match &self.site {
            Site::Field { area, bounds: (min, max), .. } => {
                place.cmpge(*min).all() && place.cmple(*max).all() && area.contains(place)
            }
            Site::Rock { .. } => false,
        }
    }

    fn field(field: &Field, tick_hz: u16) -> Self {
        let site = Site::Field {
            area: field.area.clone(),
            bounds: field.area.bounds(),
            ores: field.ores.clone(),
        };
        let regrow_ticks = ticks(field.regrow_seconds, tick_hz);
        Deposit { site, asteroids: field.asteroids(), regrow_ticks }
    }

    fn rock(rock: &LoneRock, tick_hz: u16) -> Self {
        let LoneRock { position, size, ore, .. } = *rock;
        let regrow_ticks = ticks(rock.regrow_seconds, tick_hz);
        Deposit { site: Site::Rock { position, size, ore }, asteroids: 1, regrow_ticks }
    }
}
