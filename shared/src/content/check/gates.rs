//! Checks the gates of a sector: they come in pairs, and around each is room for a ship to come out.

use super::sector::SectorCheck;
use super::{ContentError, Entry};
use crate::content::{Gate, Sector, SectorSize};
use crate::limits::GATE_JUMP_UNITS_MIN;

/// Units beside the largest hull that stay free around a gate.
const CLEARANCE: f32 = 4.0;

impl SectorCheck<'_> {
    pub(super) fn gates(&self, sector: &Sector) -> Result<(), ContentError> {
        if !sector.gates.is_empty() && !matches!(sector.size, SectorSize::Fixed { .. }) {
            let reason = "needs a sector with a fixed `side`";
            return Err(ContentError::new(self.file, "gate", reason));
        }
        sector.gates.iter().try_for_each(|gate| self.gate(gate, sector))
    }

    fn gate(&self, gate: &Gate, sector: &Sector) -> Result<(), ContentError> {
        let thing = self.entry("gate", &gate.id);
        let at = thing.borrow();
        let hulls = self.content.hulls.iter().map(|hull| hull.radius);
        let room = 2.0 * hulls.fold(0.0, f32::max) + CLEARANCE;
        at.range("radius", gate.radius, 20.0, 500.0)?;
        at.range("turn", gate.turn, -1.0, 1.0)?;
        // At most 240 ticks at the highest rate, which fit a byte.
        at.range("cooldown_seconds", gate.cooldown_seconds, 0.1, 2.0)?;
        self.place(&at, "position", gate.position, gate.radius + room)?;
        Self::partner(&at, gate, sector)?;
        for wall in &sector.walls {
            if wall.distance(gate.position) < gate.radius + room {
                return Err(too_near(&at, "wall", &wall.id, room));
            }
        }
        for station in &sector.stations {
            if station.position.distance(gate.position) < station.radius + gate.radius + room {
                return Err(too_near(&at, "station", &station.id, room));
            }
        }
        for rock in &sector.rocks {
            let radius = self.content.asteroid_size(rock.size).radius;
            if rock.position.distance(gate.position) < radius + gate.radius + room {
                return Err(too_near(&at, "rock", &rock.id, room));
            }
        }
        for other in sector.gates.iter().filter(|other| other.id != gate.id) {
            if other.position.distance(gate.position) < other.radius + gate.radius + room {
                return Err(too_near(&at, "gate", &other.id, room));
            }
        }
        Ok(())
    }

    fn partner(at: &Entry<'_>, gate: &Gate, sector: &Sector) -> Result<(), ContentError> {
        if gate.partner == gate.id {
            return Err(at.wrong("partner", "is the gate itself"));
        }
        let Some(partner) = sector.gates.iter().find(|other| other.id == gate.partner) else {
            return Err(
                at.wrong("partner", format_args!("no gate `{}` in this sector", gate.partner))
            );
        };
        if partner.partner != gate.id {
            let reason = format_args!("gate `{}` leads to `{}`", partner.id, partner.partner);
            return Err(at.wrong("partner", reason));
        }
        let least = gate.radius + partner.radius + GATE_JUMP_UNITS_MIN;
        if partner.position.distance(gate.position) < least {
            let reason = format_args!("gate `{}` is less than {least} units away", partner.id);
            return Err(at.wrong("partner", reason));
        }
        Ok(())
    }
}

fn too_near(at: &Entry<'_>, kind: &str, id: &str, room: f32) -> ContentError {
    at.wrong("position", format_args!("is less than {room} units away from {kind} `{id}`"))
}
