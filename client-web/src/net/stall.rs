//! Detects a stalled connection, so that the player knows that the world on the screen is old.

/// Milliseconds of silence after which the player is told.
const STALL_MS: f64 = 800.0;
/// Milliseconds for which that must last: after a pause of the page, waiting messages are read only after the first
/// check.
const SURE_MS: f64 = 90.0;

/// Watches for stalls.
#[derive(Clone, Copy, Debug, Default)]
pub struct StallWatch {
    /// Since when the connection seems stalled.
    since_ms: Option<f64>,
}

impl StallWatch {
    /// Checks now, given when the server was last heard; `None`: not yet, or there is no connection. Returns the
    /// tenths of a second of silence, if it must be shown.
    pub fn look(&mut self, now_ms: f64, heard_ms: Option<f64>) -> Option<u32> {
        let silent_ms = heard_ms.map_or(0.0, |heard| now_ms - heard);
        if silent_ms < STALL_MS {
            self.since_ms = None;
            return None;
        }
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        (now_ms - since_ms >= SURE_MS).then(|| (silent_ms / 100.0) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_is_told_within_a_second_and_until_it_ends() {
        let mut watch = StallWatch::default();
        let told = |watch: &mut StallWatch, now: f64| watch.look(now, Some(0.0));
        let first = (0..20)
            .map(|step| f64::from(step) * 100.0)
            .find(|now| told(&mut watch, *now).is_some());
        assert_eq!(first, Some(900.0));
        assert_eq!(told(&mut watch, 1_500.0), Some(15));
        assert_eq!(watch.look(1_600.0, Some(1_590.0)), None);
    }

    #[test]
    fn a_pause_of_the_page_is_no_stall() {
        let mut watch = StallWatch::default();
        assert_eq!(watch.look(5_000.0, Some(1_000.0)), None, "the first look after the pause");
        assert_eq!(watch.look(5_100.0, Some(5_080.0)), None);
        assert_eq!(watch.look(9_000.0, None), None, "no connection is another matter");
    }
}
