//! The size of the interface that the player has chosen. All lengths of the HUD are in `rem`, so one figure on the page's
//! root scales everything. Large screens scale by themselves (`page/style.css`); this factor is applied in addition.

/// Sizes on offer, per cent.
const STEPS: [u16; 8] = [75, 90, 100, 110, 125, 150, 175, 200];

/// A size of the interface. One of `STEPS`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scale(u16);

impl Default for Scale {
    fn default() -> Self {
        Scale(100)
    }
}

impl Scale {
    /// Reads a stored size. A number that is not on offer becomes the nearest one; any other text becomes the default.
    pub fn parse(text: &str) -> Scale {
        let Ok(percent) = text.trim().parse::<u16>() else { return Scale::default() };
        let nearest = STEPS.into_iter().min_by_key(|step| step.abs_diff(percent));
        nearest.map_or_else(Scale::default, Scale)
    }

    /// Per cent of the default size, 75..=200.
    pub fn percent(self) -> u16 {
        self.0
    }

    /// Value of the root's CSS variable.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The next larger size; `None` at the largest.
    pub fn larger(self) -> Option<Scale> {
        STEPS.into_iter().find(|step| *step > self.0).map(Scale)
    }

    /// The next smaller size; `None` at the smallest.
    pub fn smaller(self) -> Option<Scale> {
        STEPS.into_iter().rev().find(|step| *step < self.0).map(Scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_lead_from_75_to_200_per_cent_and_back() {
        let up: Vec<_> = std::iter::successors(Some(Scale(75)), |scale| scale.larger()).collect();
        assert_eq!(up.iter().map(|scale| scale.percent()).collect::<Vec<_>>(), STEPS);
        let mut down: Vec<_> =
            std::iter::successors(up.last().copied(), |scale| scale.smaller()).collect();
        down.reverse();
        assert_eq!(up, down);
    }

    #[test]
    fn whatever_was_kept_is_a_size_on_offer() {
        for (text, percent) in
            [("125", 125), (" 80 ", 75), ("9999", 200), ("", 100), ("-5", 100), ("huge", 100)]
        {
            assert_eq!(Scale::parse(text).percent(), percent, "{text}");
        }
    }
}
