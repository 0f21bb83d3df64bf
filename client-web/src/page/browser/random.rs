//! Randomness that nobody can guess.

use crate::account::Secret;

/// A new secret; `None` where the browser has no source of such randomness.
pub fn secret() -> Option<Secret> {
    let mut bytes = [0; 16];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(Secret(bytes))
}
