//! Presets of bad links.

use crate::say::{self, Message};

/// A bad link with a name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What its button says.
    pub label: Message,
    /// One word for it, for tests.
    pub word: &'static str,
    /// The profile, in the text form of [`LinkProfile`](driftfield_shared::netsim::LinkProfile).
    pub profile: &'static str,
}

/// From a perfect link to one that only just carries the game.
pub const PRESETS: &[Preset] = &[
    Preset { label: say::BAD_LINK_OFF, word: "off", profile: "" },
    Preset { label: say::BAD_LINK_NEAR, word: "near", profile: "latency=50ms" },
    Preset { label: say::BAD_LINK_FAR, word: "far", profile: "latency=150ms,jitter=50ms" },
    Preset { label: say::BAD_LINK_STALLS, word: "stalls", profile: "latency=30ms,stall=700ms/5s" },
    Preset { label: say::BAD_LINK_NARROW, word: "narrow", profile: "latency=30ms,rate=64kbit" },
];

#[cfg(test)]
mod tests {
    use driftfield_shared::netsim::LinkProfile;

    use super::*;

    #[test]
    fn every_preset_is_a_profile_in_its_own_words() {
        for preset in PRESETS {
            let profile: LinkProfile = preset.profile.parse().unwrap();
            assert_eq!(profile.to_string(), preset.profile, "{}", preset.word);
        }
    }
}
