//! Secrets that clients are given: a seat's token, and the ticket of its second connection.

use sha2::{Digest, Sha256};
use tracing::info;

/// A new secret, `None` if the system has no randomness to give.
pub fn random() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Some(bytes),
        Err(error) => {
            info!(%error, "the system gives no randomness");
            None
        }
    }
}

/// What is kept of a secret.
pub fn hash(secret: &[u8; 16]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
