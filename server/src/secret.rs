//! Secrets that clients are given: tokens of seats, tickets, invitations.

use sha2::{Digest, Sha256};
use tracing::warn;

/// A new secret, `None` if the system has no randomness to give.
pub fn random<const BYTES: usize>() -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Some(bytes),
        Err(error) => {
            warn!(%error, "the system gives no randomness");
            None
        }
    }
}

/// What is kept of a secret.
pub fn hash(secret: &[u8; 16]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
