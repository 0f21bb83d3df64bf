//! Small changes to bytes, drawn from a seeded generator.

use driftfield_shared::sim::Rng;

/// The longest input that is made.
const BYTES_MAX: usize = 4 * 1024;
/// Values at which lengths, counts and signs change.
const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xfa, 0xfb, 0xfd, 0xff];

/// A new input: one of `pool`, changed in some places, or, seldom, noise.
pub fn mutated(pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    if pool.is_empty() || rng.below(32) == 0 {
        let length = rng.below(64) as usize;
        return (0..length).map(|_| rng.next_u32() as u8).collect();
    }
    let mut bytes = pool[rng.below(pool.len() as u32) as usize].clone();
    // Mostly one or two changes: an input with many is refused at its front.
    let changes_max = 1 << rng.below(4);
    let changes = 1 + rng.below(changes_max);
    for _ in 0..changes {
        let other = &pool[rng.below(pool.len() as u32) as usize];
        change(&mut bytes, other, rng);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let place = |length: usize, rng: &mut Rng| rng.below(length.max(1) as u32) as usize;
    let at = place(bytes.len(), rng);
    match rng.below(9) {
        0 => bytes.insert(at, rng.next_u32() as u8),
        1 => bytes.truncate(at),
        2 => {
            // A stretch of another input, in front of what is here or instead of it.
            let from = place(other.len(), rng);
            let length = place(other.len() - from, rng) + 1;
            let stretch = &other[from..(from + length).min(other.len())];
            let end = if rng.below(2) == 0 { at } else { (at + stretch.len()).min(bytes.len()) };
            bytes.splice(at..end, stretch.iter().copied());
        }
        3 => {
            let end = (at + 1 + place(16, rng)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + 1 + place(16, rng)).min(bytes.len());
            let stretch = bytes[at..end].to_vec();
            bytes.splice(at..at, stretch);
        }
        kind => {
            let Some(byte) = bytes.get_mut(at) else { return };
            match kind {
                5 => *byte = TELLING[place(TELLING.len(), rng)],
                6 => *byte = rng.next_u32() as u8,
                7 => *byte = byte.wrapping_add(1).wrapping_sub(2 * (rng.below(2) as u8)),
                _ => *byte ^= 1 << rng.below(8),
            }
        }
    }
}
