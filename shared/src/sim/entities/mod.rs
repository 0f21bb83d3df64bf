//! The kinds of entity in a world.
//!
//! Each kind has a key, a state that others may see, and figures that only the server knows. States lie on the
//! grid that the wire uses.
//!
//! Clients are told some figures of an entity only once, when it comes into view, and both ends rely on them until the
//! entity ends. Each kind keeps those figures together in one type (`ShotTold`, `AsteroidTold`, `OreTold`). They are set
//! at birth and cannot be written afterwards. An entity whose figures must change ends, and another one begins.
//!
//! The default of a kind is a placeholder for free slots while a saved world is read. No world has one.

mod asteroid;
mod fit;
mod ore;
mod own;
mod ship;
mod shot;
mod trail;

pub use asteroid::{Asteroid, AsteroidKey, AsteroidState, AsteroidTold};
pub use fit::{Fit, Item, Owned};
pub use ore::{OreKey, OreState, OreTold};
pub use own::OwnState;
pub use ship::{Ship, ShipKey, ShipState};
pub use shot::{Shot, ShotKey, ShotState, ShotTold};
pub use trail::Trail;
