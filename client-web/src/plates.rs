//! Which plates of the HUD lie over a ship, so that they fade: what shoots at us must not hide under a figure.

use glam::Vec2;

/// CSS pixels around a plate in which a ship counts as under it: its name and bar reach that far.
const MARGIN: f32 = 18.0;

/// A rectangle on the page, CSS pixels from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left top corner.
    pub min: Vec2,
    /// Its right bottom corner.
    pub max: Vec2,
}

impl Rect {
    /// Whether there is nothing in it, as of an element that is not shown.
    pub fn is_empty(&self) -> bool {
        self.max.x <= self.min.x || self.max.y <= self.min.y
    }

    /// Whether a point lies in it or close to it.
    fn is_near(&self, point: Vec2) -> bool {
        let (min, max) = (self.min - MARGIN, self.max + MARGIN);
        !self.is_empty() && point.cmpge(min).all() && point.cmple(max).all()
    }
}

/// For each plate, whether one of the `ships` (places on the page) is under it.
pub fn covering(plates: &[Rect], ships: &[Vec2]) -> Vec<bool> {
    plates.iter().map(|plate| ships.iter().any(|ship| plate.is_near(*ship))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_over_a_ship_is_found_and_one_beside_it_is_not() {
        let rect =
            |x: f32, y: f32| Rect { min: Vec2::new(x, y), max: Vec2::new(x + 100.0, y + 50.0) };
        let plates = [rect(0.0, 0.0), rect(500.0, 0.0), Rect::default()];
        assert_eq!(covering(&plates, &[Vec2::new(50.0, 20.0)]), [true, false, false]);
        assert_eq!(covering(&plates, &[Vec2::new(490.0, 60.0)]), [false, true, false], "its bar");
        assert_eq!(covering(&plates, &[Vec2::new(300.0, 300.0), Vec2::ZERO]), [true, false, false]);
        assert_eq!(covering(&plates, &[]), [false; 3]);
        assert_eq!(covering(&plates, &[Vec2::splat(f32::NAN)]), [false; 3]);
    }
}
