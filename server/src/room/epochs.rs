//! Epochs of content that a room is about to begin.
//!
//! ```text
//! new rules --> clients are told tick and hash --2 s: they fetch the content--> the epoch begins at that tick
//! ```

use std::sync::Arc;

use driftfield_shared::protocol::ServerControl;
use driftfield_shared::sim::Rules;
use driftfield_shared::units::Tick;

/// Seconds from the announcement of an epoch to its first tick: a round trip and some kilobytes on a poor line.
const LEAD_SECONDS: u32 = 2;

/// What is to come.
#[derive(Debug, Default)]
pub struct Epochs {
    /// The next one, which clients were told of.
    next: Option<(Tick, Arc<Rules>)>,
    /// The one after it. Only the newest rules count.
    waiting: Option<Arc<Rules>>,
}

impl Epochs {
    /// Adds rules, after the tick `now`. Returns what to tell clients.
    pub fn add(&mut self, rules: Arc<Rules>, now: Tick, is_empty: bool) -> Option<ServerControl> {
        if self.next.is_some() {
            self.waiting = Some(rules);
            return None;
        }
        let lead = if is_empty { 1 } else { LEAD_SECONDS * u32::from(rules.tick_hz) };
        self.next = Some((now.plus(lead), rules));
        self.coming()
    }

    /// The next epoch, as clients are told of it.
    pub fn coming(&self) -> Option<ServerControl> {
        let (tick, rules) = self.next.as_ref()?;
        Some(ServerControl::Epoch { tick: *tick, content: rules.content_hash })
    }

    /// The rules that apply from `tick` on, if an epoch begins with it.
    pub fn due(&mut self, tick: Tick) -> Option<Arc<Rules>> {
        self.next.take_if(|(due, _)| *due <= tick).map(|(_, rules)| rules)
    }

    /// An epoch has begun after the tick `now`: announces the one that waited for it.
    pub fn follow(&mut self, now: Tick) -> Option<ServerControl> {
        let rules = self.waiting.take()?;
        self.add(rules, now, false)
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::content::Content;

    use super::*;

    fn rules(hit_points: u16) -> Arc<Rules> {
        let mut content = Content::built_in().expect("sound");
        content.hulls[0].hit_points = hit_points;
        Arc::new(Rules::new(Arc::new(content), "frontier", "frontier", 30).expect("sound"))
    }

    #[test]
    fn an_epoch_is_announced_before_it_begins_and_of_those_behind_it_the_newest_counts() {
        let mut epochs = Epochs::default();
        let told = |tick, hit_points| {
            Some(ServerControl::Epoch { tick: Tick(tick), content: rules(hit_points).content_hash })
        };
        assert_eq!(epochs.add(rules(1), Tick(100), false), told(160, 1));
        assert_eq!(epochs.add(rules(2), Tick(110), false), None);
        assert_eq!(epochs.add(rules(3), Tick(120), false), None);
        assert!(epochs.due(Tick(159)).is_none() && epochs.coming() == told(160, 1));
        let begun = epochs.due(Tick(160)).expect("it is due");
        assert_eq!((begun.content_hash, epochs.coming()), (rules(1).content_hash, None));
        assert_eq!(epochs.follow(Tick(159)), told(219, 3));
        assert_eq!(epochs.due(Tick(219)).map(|due| due.content_hash), Some(rules(3).content_hash));
        assert_eq!(epochs.follow(Tick(218)), None);
        assert_eq!(epochs.add(rules(4), Tick(300), true), told(301, 4), "nobody has to fetch it");
    }
}
