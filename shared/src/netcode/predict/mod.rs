//! Prediction, so that the player sees reactions at once: our own ship ahead of the server, and hits before they are
//! confirmed.

pub mod hits;
pub mod prediction;
