//! What stands in the way of flight and never moves: walls, and the gates that lead past them.
//!
//! ```text
//! content --> Walls (pieces, found by place) --> first_touch, overlaps, push_out --> motion
//!        \--> Gates (pairs)                  --> first_entered --> Passage       --/
//! ```
//!
//! Both ends make the same tables from the same content, so nothing of this is sent. Paths are swept: nothing is fast
//! enough to get through.

mod gates;
mod piece;
mod walls;

pub use gates::{Gates, Passage};
pub use piece::Touch;
pub use walls::Walls;
