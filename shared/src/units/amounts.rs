//! Money and goods. They are never negative and never wrap: arithmetic is checked, and whoever computes says what follows
//! when it does not fit.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct Credits(pub u32);

/// A number of units of one kind of goods, such as an ore.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct Units(pub u32);

impl Credits {
    /// The sum; `None` if it does not fit.
    pub fn plus(self, more: Credits) -> Option<Credits> {
        self.0.checked_add(more.0).map(Credits)
    }

    /// The rest; `None` if there is too little.
    pub fn minus(self, less: Credits) -> Option<Credits> {
        self.0.checked_sub(less.0).map(Credits)
    }
}

impl Units {
    /// The sum; `None` if it does not fit.
    pub fn plus(self, more: Units) -> Option<Units> {
        self.0.checked_add(more.0).map(Units)
    }

    /// The rest; `None` if there are too few.
    pub fn minus(self, less: Units) -> Option<Units> {
        self.0.checked_sub(less.0).map(Units)
    }

    /// What they cost at a price for each; `None` if it does not fit.
    pub fn at(self, price: Credits) -> Option<Credits> {
        self.0.checked_mul(price.0).map(Credits)
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cr", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_never_wrap_and_never_go_below_nothing() {
        assert_eq!(Credits(2).plus(Credits(3)), Some(Credits(5)));
        assert_eq!(Credits(u32::MAX).plus(Credits(1)), None);
        assert_eq!(Credits(3).minus(Credits(4)), None);
        assert_eq!(Units(3).minus(Units(3)), Some(Units(0)));
        assert_eq!(Units(1 << 20).at(Credits(1 << 12)), None);
        assert_eq!(Units(7).at(Credits(6)), Some(Credits(42)));
    }
}
