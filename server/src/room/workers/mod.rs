//! Worker threads that help a room with the parallel parts of a tick: reading from its clients and writing to them.

pub mod helpers;
pub mod worker_pool;
