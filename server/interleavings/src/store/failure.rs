//! One way to fail.

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    Io,
}

impl Failure {
    pub const ALL: [Failure; 1] = [Failure::Io];
}
