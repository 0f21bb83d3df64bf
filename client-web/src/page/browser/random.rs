//! Randomness that nobody can guess.

use crate::account::Secret;

/// A new secret; `None` where the browser has no source of such randomness.
pub fn secret() -> Option<Secret> {
    let mut bytes = [0; 16];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(Secret(bytes))
}

/// A number that nobody else has drawn.
pub fn number() -> u64 {
    let mut bytes = [0; 8];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let is_drawn = crypto.is_some_and(|it| it.get_random_values_with_u8_array(&mut bytes).is_ok());
    match is_drawn {
        true => u64::from_le_bytes(bytes),
        // Nobody has to guess it: the clock and chance make it one of its own, too.
        false => {
            (js_sys::Math::random() * 2f64.powi(52)) as u64 ^ (js_sys::Date::now() as u64) << 20
        }
    }
}
