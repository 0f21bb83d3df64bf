//! Colours, each with one meaning. All can be told apart with the common colour vision deficiencies, and no meaning
//! is shown by colour alone.

use driftfield_shared::units::PlayerId;

/// A colour as displayed (sRGB values 0..=1, blended without conversion).
pub type Rgb = [f32; 3];

/// The colour of `0xRRGGBB`.
pub const fn hex(value: u32) -> Rgb {
    [
        ((value >> 16) & 0xff) as f32 / 255.0,
        ((value >> 8) & 0xff) as f32 / 255.0,
        (value & 0xff) as f32 / 255.0,
    ]
}

/// A colour as `0xRRGGBB`.
pub fn bits(color: Rgb) -> u32 {
    color
        .into_iter()
        .fold(0, |bits, part| bits << 8 | (part.clamp(0.0, 1.0) * 255.0).round() as u32)
}

/// Our own ship, its engine and its shots.
pub const OWN: Rgb = hex(0x56_B4_E9);
/// Danger: the shots of others.
pub const DANGER: Rgb = hex(0xFF_7A_45);
/// Safety: the zone around a station, and the arrow to it.
pub const SAFE: Rgb = hex(0x5F_E0_B7);
/// The station's lights.
pub const STATION: Rgb = hex(0xFF_C8_7A);
/// Gates.
pub const GATE: Rgb = hex(0xB4_9C_FF);
/// The party: names of its members.
pub const PARTY: Rgb = hex(0xA8_F0_6A);
/// Heat: flashes, and the core of explosions.
pub const HOT: Rgb = hex(0xFF_E3_B0);
/// Embers of an explosion.
pub const EMBER: Rgb = hex(0xFF_8B_3D);
/// Rock without ore.
pub const STONE: Rgb = hex(0x8C_A0_C2);
/// Text and neutral marks.
pub const TEXT: Rgb = hex(0xD6_E2_F5);
/// Hit points, from full to empty.
pub const LOW: Rgb = hex(0xFF_5A_3C);

/// Ships of others. Lightness differs as well as hue, so colours whose hues look alike still differ.
const SHIPS: [Rgb; 8] = [
    hex(0xF2_A9_3B), // orange
    hex(0x2F_C7_9A), // bluish green
    hex(0xF4_EB_62), // yellow
    hex(0xF0_6C_4A), // vermilion
    hex(0xE3_8F_C4), // reddish purple
    hex(0x8F_86_F7), // violet
    hex(0xB7_F0_D8), // mint
    hex(0xC9_A2_7A), // sand
];

/// How far a bot's colour is mixed with grey.
const BOT_GREY: f32 = 0.38;

/// The colour of another player's ship: the same for every viewer, for as long as the player has the seat.
pub fn ship(player: PlayerId, is_bot: bool) -> Rgb {
    // Adjacent seats, whose players joined together, get distant colours: the multiplier is odd with spread bits.
    let hash = u32::from(player.0).wrapping_mul(0x9E37_79B1) >> 16;
    let color = SHIPS[hash as usize % SHIPS.len()];
    if !is_bot {
        return color;
    }
    let grey = luminance(color);
    mix(color, [grey; 3], BOT_GREY)
}

/// Mixes `a` (share 0) and `b` (share 1).
pub fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

/// Relative luminance, 0..=1.
fn luminance([r, g, b]: Rgb) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio for sRGB values, as the web guidelines (WCAG) define it.
    fn contrast(a: Rgb, b: Rgb) -> f32 {
        let relative = |color: Rgb| {
            luminance(color.map(|value| match value <= 0.04045 {
                true => value / 12.92,
                false => libm::powf((value + 0.055) / 1.055, 2.4),
            }))
        };
        let (a, b) = (relative(a), relative(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_that_matters_stands_out_from_the_void() {
        let void = hex(0x0007_0B16);
        for player in 0..64 {
            for is_bot in [false, true] {
                assert!(contrast(ship(PlayerId(player), is_bot), void) >= 4.5, "{player}");
            }
        }
        for color in [OWN, DANGER, SAFE, GATE] {
            assert!(contrast(color, void) >= 7.0, "{color:?}");
        }
    }

    #[test]
    fn a_colour_has_the_bits_that_it_was_made_of() {
        for value in [0, 0x56_B4_E9, 0xFF_FF_FF, 0x01_02_03] {
            assert_eq!(bits(hex(value)), value);
        }
    }

    #[test]
    fn all_colours_are_used() {
        let mut seen: Vec<Rgb> = Vec::new();
        for player in 0..40 {
            let color = ship(PlayerId(player), false);
            if !seen.contains(&color) {
                seen.push(color);
            }
        }
        assert_eq!(seen.len(), SHIPS.len());
    }
}
