//! The real thread of a room's journal, and pages without content.

pub mod scenarios;
#[path = "../../../../src/room/journal/scribe.rs"]
mod scribe;

pub mod books {
    use driftfield_shared::units::Tick;

    use crate::room::state::Transfer;

    pub fn bookings(
        _room: &str,
        _run: u32,
        _tick: Tick,
        _transfers: &[Transfer],
    ) -> impl Iterator<Item = ()> {
        std::iter::empty()
    }

    pub fn fits(_transfers: &[Transfer]) -> impl Iterator<Item = ()> {
        std::iter::empty()
    }
}

pub mod checkpoint {
    use driftfield_shared::sim::Rules;

    use crate::room::state::SavedRoom;

    pub fn encode(_rules: &Rules, _room: &SavedRoom) -> Vec<u8> {
        Vec::new()
    }
}

pub mod chunk {
    use driftfield_shared::units::Tick;

    #[derive(Debug)]
    pub struct Chunk {
        pub first: Tick,
        pub last: Tick,
        pub bytes: Vec<u8>,
    }
}
