//! Geometry of moving circles.

use glam::Vec2;

/// How far along the way from `from` to `to` a shot first comes within `reach` of `centre`, `0.0..=1.0`.
pub fn share_of_path(from: Vec2, to: Vec2, centre: Vec2, reach: f32) -> Option<f32> {
    let way = to - from;
    let start = from - centre;
    let outside = start.length_squared() - reach * reach;
    if outside <= 0.0 {
        return Some(0.0);
    }
    // |start + way * t| = reach, solved for the smaller t.
    let a = way.length_squared();
    let b = start.dot(way);
    let discriminant = b * b - a * outside;
    if b >= 0.0 || discriminant < 0.0 {
        return None;
    }
    let share = (-b - discriminant.sqrt()) / a;
    (share <= 1.0).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_hits_where_it_first_comes_within_reach() {
        let (from, to) = (Vec2::ZERO, Vec2::new(10.0, 0.0));
        assert_eq!(share_of_path(from, to, Vec2::new(5.0, 0.0), 1.0), Some(0.4));
        assert_eq!(share_of_path(from, to, Vec2::new(0.5, 0.0), 1.0), Some(0.0));
        assert_eq!(share_of_path(from, to, Vec2::new(5.0, 2.0), 1.0), None);
        assert_eq!(share_of_path(from, to, Vec2::new(-5.0, 0.0), 1.0), None);
        assert_eq!(share_of_path(from, to, Vec2::new(20.0, 0.0), 1.0), None);
        assert_eq!(share_of_path(from, from, Vec2::new(20.0, 0.0), 1.0), None);
    }
}
