//! States without content.

#[derive(Debug)]
pub struct SavedRoom;

#[derive(Debug)]
pub struct Transfer;
