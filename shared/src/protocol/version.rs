//! What both ends must have in common before they talk.

use crate::sim::Fnv;

/// Version of the wire: changes with every change of form or meaning.
pub const PROTOCOL_VERSION: u16 = 4;

/// Hash of the content files that this program was built with.
///
/// Both ends simulate by the same figures; a client built with others is told to reload.
pub const CONTENT_HASH: u64 = Fnv::new()
    .bytes(include_bytes!("../../../assets/hulls.toml"))
    .bytes(include_bytes!("../../../assets/weapons.toml"))
    .bytes(include_bytes!("../../../assets/ores.toml"))
    .bytes(include_bytes!("../../../assets/asteroids.toml"))
    .bytes(include_bytes!("../../../assets/modes.toml"))
    .bytes(include_bytes!("../../../assets/sectors/frontier.toml"))
    .bytes(include_bytes!("../../../assets/sectors/proving-ground.toml"))
    .bytes(include_bytes!("../../../assets/sectors/proving-ground-open.toml"))
    .bytes(include_bytes!("../../../assets/sectors/proving-ground-packed.toml"))
    .finish();
