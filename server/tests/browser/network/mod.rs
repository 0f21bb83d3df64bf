//! Pages behind links that are slow, break or lose.

mod bad_link;
pub mod proxy;
mod second_socket;
