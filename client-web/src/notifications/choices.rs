//! How loudly the player wants to be told of each kind of notice.

use driftfield_shared::protocol::NoticeEvent;

/// A kind of notice, as the player chooses for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The host's announcements, and restarts of the server.
    Host,
    /// What moderation does to the player.
    Moderation,
    /// Friends.
    Friends,
    /// The party.
    Party,
    /// Work that is done, and sales.
    Trade,
    /// Rounds that begin.
    Rounds,
    /// Rewards on ships.
    Bounties,
}

/// How loudly.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Only in the list, as read.
    Silent,
    /// Counted as unread.
    Badge,
    /// Also shown for some seconds.
    Toast,
    /// Also heard.
    Sound,
}

/// What the player chose for a kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choice {
    /// How loudly.
    pub level: Level,
    /// Whether the browser tells it, too, while the page is hidden.
    pub is_outside: bool,
}

/// What the player chose for each kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choices([Choice; Kind::ALL.len()]);

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Kind; 7] = [
        Kind::Host,
        Kind::Friends,
        Kind::Party,
        Kind::Rounds,
        Kind::Bounties,
        Kind::Trade,
        Kind::Moderation,
    ];

    /// The kinds of which something is sent. What the player chooses for the others counts once it is.
    pub const SENT: [Kind; 4] = [Kind::Host, Kind::Friends, Kind::Party, Kind::Moderation];

    /// The kind of an event.
    pub fn of(event: &NoticeEvent) -> Self {
        match event.kind() {
            "announcement" | "restart" => Kind::Host,
            "friends" => Kind::Friends,
            "party" => Kind::Party,
            "job" | "sale" => Kind::Trade,
            "round" => Kind::Rounds,
            "bounty" => Kind::Bounties,
            _ => Kind::Moderation,
        }
    }

    /// A name for storage and for toasts.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Host => "host",
            Kind::Moderation => "moderation",
            Kind::Friends => "friends",
            Kind::Party => "party",
            Kind::Trade => "trade",
            Kind::Rounds => "rounds",
            Kind::Bounties => "bounties",
        }
    }

    fn index(self) -> usize {
        Kind::ALL.into_iter().position(|kind| kind == self).unwrap_or(0)
    }
}

impl Level {
    /// All levels, the quietest first.
    pub const ALL: [Level; 4] = [Level::Silent, Level::Badge, Level::Toast, Level::Sound];

    fn digit(self) -> char {
        match self {
            Level::Silent => '0',
            Level::Badge => '1',
            Level::Toast => '2',
            Level::Sound => '3',
        }
    }
}

impl Default for Choices {
    /// A toast for everything; what needs an answer is heard, too.
    fn default() -> Self {
        let level = |kind| match kind {
            Kind::Host | Kind::Party | Kind::Rounds => Level::Sound,
            Kind::Moderation | Kind::Friends | Kind::Trade | Kind::Bounties => Level::Toast,
        };
        Choices(Kind::ALL.map(|kind| Choice { level: level(kind), is_outside: false }))
    }
}

impl Choices {
    /// The choice for a kind.
    pub fn of(&self, kind: Kind) -> Choice {
        self.0[kind.index()]
    }

    /// Chooses for a kind.
    pub fn set(&mut self, kind: Kind, choice: Choice) {
        self.0[kind.index()] = choice;
    }

    /// For storage: two characters for each kind, in an order that does not change.
    pub fn to_text(self) -> String {
        let one = |kind: Kind| {
            let Choice { level, is_outside } = self.of(kind);
            format!("{}:{}{}", kind.name(), level.digit(), if is_outside { '!' } else { '-' })
        };
        Kind::ALL.map(one).join(" ")
    }

    /// What was stored. Kinds that are not in it, or not as this page writes them, have their default.
    pub fn of_text(text: &str) -> Self {
        let mut choices = Choices::default();
        for part in text.split(' ') {
            let Some((name, choice)) = part.split_once(':') else { continue };
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            let mut chars = choice.chars();
            let level = chars.next();
            let level = Level::ALL.into_iter().find(|it| Some(it.digit()) == level);
            if let Some((kind, level)) = kind.zip(level) {
                choices.set(kind, Choice { level, is_outside: chars.next() == Some('!') });
            }
        }
        choices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_there_again_and_what_is_unknown_is_as_usual() {
        let mut choices = Choices::default();
        choices.set(Kind::Trade, Choice { level: Level::Silent, is_outside: false });
        choices.set(Kind::Party, Choice { level: Level::Badge, is_outside: true });
        assert_eq!(Choices::of_text(&choices.to_text()), choices);
        for text in ["", "party", "party:9!", "nothing:2-", ":"] {
            assert_eq!(Choices::of_text(text), Choices::default(), "{text}");
        }
    }

    #[test]
    fn every_event_has_a_kind_that_can_be_chosen_for() {
        for (event, kind) in [
            (NoticeEvent::NotRestarting, Kind::Host),
            (NoticeEvent::Unbanned, Kind::Moderation),
            (NoticeEvent::BountySet { credits: 3 }, Kind::Bounties),
            (NoticeEvent::RoundStarting { room: String::new(), at: 0 }, Kind::Rounds),
        ] {
            assert_eq!(Kind::of(&event), kind, "{event:?}");
        }
    }
}
