//! Small identifiers, each with its own type.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        pub struct $name(pub $inner);

        impl $name {
            /// The identifier as an index into its table.
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

id!(
    /// A seat in a room. It is stable while the player is connected or within the grace period.
    PlayerId(u16)
);
id!(
    /// Index into [`Content::hulls`](crate::content::Content::hulls).
    HullId(u8)
);
id!(
    /// Index into [`Content::weapons`](crate::content::Content::weapons).
    WeaponId(u8)
);
id!(
    /// Index into the parts of one [mount](crate::content::Mount); 0 is the one that costs nothing.
    PartId(u8)
);
id!(
    /// Index into [`Content::ores`](crate::content::Content::ores).
    OreId(u8)
);
id!(
    /// Index into [`Content::asteroid_sizes`](crate::content::Content::asteroid_sizes), largest first.
    SizeId(u8)
);
id!(
    /// Index into the deposits of the rules: the fields of the sector, then its lone rocks.
    DepositId(u8)
);
