//! Others of the party: an arrow with the name at the edge of the picture towards those out of view, however far they are.

use glam::Vec2;

use super::super::effects::Moment;
use super::super::instances::Instances;
use super::super::labels::Labels;
use super::super::palette;
use super::mark::{Mark, WEDGE, push};
use super::{FrameInfo, edge, overlay};

/// In pixels of a mark: the arrow's distance from the edge and half size, and the gap to its name.
const MARGIN: f32 = 24.0;
const HALF: f32 = 12.0;
const GAP: f32 = 8.0;

/// What stands at a member's ship, and at its arrow: a sign before the name, so that nothing depends on the colour.
pub(super) fn label(name: &str) -> String {
    format!("\u{25c6} {name}")
}

pub(super) fn compose(
    moment: &Moment,
    info: &FrameInfo,
    labels: &mut Labels,
    out: &mut Instances<16>,
) {
    let scale = info.ui_scale;
    for mate in moment.visuals.mates {
        // Where it is seen now, or else where it was told to be a moment ago.
        let seen = moment.scene.ships.iter().find(|(_, ship)| ship.player == mate.player);
        let Some(at) = seen.map(|(_, ship)| ship.position).or(mate.place) else { continue };
        if info.view.shows(at, 0.0) {
            continue;
        }
        let at = info.view.from_center_css(at);
        let center = edge::place(at, MARGIN * scale, info.css, moment.visuals.plates);
        let mark = Mark {
            center,
            half: Vec2::splat(HALF * scale),
            color: palette::ship(mate.player, false),
            alpha: 0.95,
            kind: WEDGE,
            value: 0.0,
            angle: libm::atan2f(at.y, at.x),
        };
        push(out, &mark, [0.0; 4]);
        if let Some(label) = labels.find(&label(&mate.name)) {
            // Towards the inside, so that it never leaves the screen.
            let inwards = -center.normalize_or(Vec2::Y);
            let away = (HALF + GAP + label.size[0] * 0.5 * inwards.x.abs()) * scale;
            let look = (palette::PARTY, 0.95);
            overlay::text(out, &label, center + inwards * away, look, scale);
        }
    }
}
