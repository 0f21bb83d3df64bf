//! Rooms that players open for themselves and their friends.
//!
//! ```text
//! page --POST /api/rooms/open--> OwnRooms::open --durable--> Opener --> Directory: there it is, as any room
//!      --POST /api/rooms/enter-> OwnRooms::enter: an invitation makes an account a guest
//! every second: Keeper --nobody plays for long--> bots leave --> out of the directory, drained, deleted
//! ```
//!
//! A room of one's own outlives a restart, as all rooms do: the store has it until it ends.

mod keeper;
mod service;
mod wish;

pub use keeper::OwnRoomLimits;
pub use service::{Opened, OwnRooms};
pub use wish::{OwnRoomError, Wish};
