//! Bad links to choose from, without having to spell one.

/// A bad link with a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Preset {
    /// What its button says.
    pub label: &'static str,
    /// One word for it, for tests.
    pub word: &'static str,
    /// The profile, in the text form of [`LinkProfile`](driftfield_shared::netcode::LinkProfile).
    pub profile: &'static str,
}

/// From none to one that only just carries the game.
pub const PRESETS: &[Preset] = &[
    Preset { label: "Off", word: "off", profile: "" },
    Preset { label: "50 ms", word: "near", profile: "latency=50ms" },
    Preset { label: "150 ± 50 ms", word: "far", profile: "latency=150ms,jitter=50ms" },
    Preset { label: "Stalls", word: "stalls", profile: "latency=30ms,stall=700ms/5s" },
    Preset { label: "64 kbit", word: "narrow", profile: "latency=30ms,rate=64kbit" },
];

#[cfg(test)]
mod tests {
    use driftfield_shared::netcode::LinkProfile;

    use super::*;

    #[test]
    fn every_preset_is_a_profile_in_its_own_words() {
        for preset in PRESETS {
            let profile: LinkProfile = preset.profile.parse().unwrap();
            assert_eq!(profile.to_string(), preset.profile, "{}", preset.label);
        }
    }
}
