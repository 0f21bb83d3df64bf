//! Hull outlines as distance fields, baked once at start.
//!
//! A texel holds the signed distance to the outline (negative inside) and the direction in which the distance grows.
//! That direction is constant over each face and changes at the creases between faces, so lighting by it makes any
//! outline look chiselled. The distance makes edges sharp at every size.

use glam::Vec2;

/// Texels per side of a baked hull.
pub const SIDE: usize = 128;
/// Half extent of a baked hull, in radii.
pub const EXTENT: f32 = 1.6;
/// Bytes of a baked hull: red is the distance, green and blue are the direction, alpha is unused.
pub const BYTES: usize = SIDE * SIDE * 4;

/// Bakes an outline: corners in radii, nose along +x.
pub fn bake(outline: &[Vec2]) -> Vec<u8> {
    let mut texels = Vec::with_capacity(BYTES);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let texel = Vec2::new(column as f32 + 0.5, row as f32 + 0.5);
            let place = (texel * (2.0 / SIDE as f32) - 1.0) * EXTENT;
            let (distance, direction) = signed_distance(outline, place);
            let bytes = [distance + 0.5, direction.x * 0.5 + 0.5, direction.y * 0.5 + 0.5, 0.0];
            // `as` saturates: distances beyond half a radius do not matter.
            texels.extend(bytes.map(|value| (value * 255.0 + 0.5) as u8));
        }
    }
    texels
}

/// Distance from `place` to the outline, negative inside, and the direction in which it grows fastest.
fn signed_distance(outline: &[Vec2], place: Vec2) -> (f32, Vec2) {
    let mut nearest = Vec2::new(EXTENT, 0.0);
    let mut inside = false;
    let corners = outline.iter().zip(outline.iter().cycle().skip(1));
    for (&from, &to) in corners {
        let edge = to - from;
        let length_squared = edge.length_squared().max(f32::MIN_POSITIVE);
        let share = ((place - from).dot(edge) / length_squared).clamp(0.0, 1.0);
        let away = place - (from + edge * share);
        if away.length_squared() < nearest.length_squared() {
            nearest = away;
        }
        // A ray from an inner point along +x crosses the outline an odd number of times.
        if (from.y > place.y) != (to.y > place.y) {
            let crossing = from.x + (place.y - from.y) / (to.y - from.y) * edge.x;
            inside ^= place.x < crossing;
        }
    }
    let sign = if inside { -1.0 } else { 1.0 };
    (nearest.length() * sign, nearest.normalize_or(Vec2::X) * sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Vec2; 4] =
        [Vec2::new(1.0, 1.0), Vec2::new(-1.0, 1.0), Vec2::new(-1.0, -1.0), Vec2::new(1.0, -1.0)];

    #[test]
    fn distances_are_those_of_a_square() {
        for (place, distance, direction) in [
            (Vec2::new(0.9, 0.1), -0.1, Vec2::X),
            (Vec2::new(1.25, 0.0), 0.25, Vec2::X),
            (Vec2::new(0.0, -0.75), -0.25, -Vec2::Y),
            (Vec2::new(1.3, 1.4), 0.5, Vec2::new(0.6, 0.8)),
        ] {
            let (d, n) = signed_distance(&SQUARE, place);
            assert!((d - distance).abs() < 1e-5, "{place}: {d}");
            assert!((n - direction).length() < 1e-4, "{place}: {n}");
        }
    }

    #[test]
    fn any_list_of_corners_bakes() {
        for outline in [&[][..], &[Vec2::ZERO][..], &SQUARE[..2], &SQUARE[..]] {
            assert_eq!(bake(outline).len(), BYTES);
        }
    }
}
