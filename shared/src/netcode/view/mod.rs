//! What is drawn: a frame per snapshot, and the moments between two frames.

pub mod frame;
pub mod interpolation;
pub mod playback;
pub mod scene;
