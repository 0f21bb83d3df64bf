//! The real threads of a room.

pub mod scheduled_room;
#[path = "../../../../src/room/schedule/tick_loop.rs"]
pub mod tick_loop;
