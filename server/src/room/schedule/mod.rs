//! The schedule of a room: its thread, the deadlines, and the standby thread.

pub mod late_log;
pub mod scheduled_room;
pub mod tick_loop;
