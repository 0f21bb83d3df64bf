//! What is drawn: the picture of the world, and the animation frames that draw it.

mod draw;
mod picture;

pub use draw::run;
pub use picture::Picture;
