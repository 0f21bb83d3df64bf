//! As the store's watch tells it.

use super::failure::Failure;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    Failing(Failure),
    Slow,
}
