//! Pacing: how much a client is sent and when, by what its path carries and by its byte rate.

pub mod allowance;
pub mod delivery_rate;
pub mod flow_control;
pub mod path_debt;
