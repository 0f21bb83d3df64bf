//! The real pool, whose helpers are threads of the scheduler.

pub mod helpers;
pub mod scenarios;
#[path = "../../../../src/room/workers/worker_pool.rs"]
mod worker_pool;
