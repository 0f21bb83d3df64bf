//! Who is in the party, who has invited the player, and whether to follow the leader into another room.

use driftfield_shared::protocol::{AccountTag, PartyMember, PartyRoom, PartySecret, Talker};
use glam::Vec2;

/// How long the player can say that he stays, in milliseconds.
const FOLLOW_MS: f64 = 5_000.0;
/// How long an invitation holds, as the server has it.
const ASKED_MS: f64 = 900_000.0;
/// Most invitations that are shown at once.
const ASKED_MAX: usize = 4;

/// What the page knows of the party.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The own account, once the server has told it.
    own: Option<AccountTag>,
    link: Option<PartySecret>,
    members: Vec<PartyMember>,
    /// Who has invited the player, and when.
    asked: Vec<(f64, Talker)>,
    /// The room in which the leader was last.
    led_to: Option<String>,
    /// The player has just joined, and goes to where the leader is.
    is_brought: bool,
    follow: Option<Follow>,
    changed_ms: f64,
}

/// The player is about to follow the leader.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// The leader's name.
    pub name: String,
    /// The room.
    pub room: PartyRoom,
    /// When.
    at_ms: f64,
}

/// A member in the same room, for marks in the world.
#[derive(Clone, Debug, PartialEq)]
pub struct Mate {
    /// Where the ship was last told to be, in world units.
    pub place: Option<Vec2>,
    /// The seat.
    pub player: driftfield_shared::units::PlayerId,
    /// The name.
    pub name: String,
}

impl Follow {
    /// Whole seconds left.
    pub fn seconds(&self, now_ms: f64) -> u32 {
        ((self.at_ms - now_ms) / 1e3).ceil().max(0.0) as u32
    }
}

impl Book {
    /// The own account.
    pub fn own(&self) -> Option<AccountTag> {
        self.own
    }

    /// What lets others in; `None`: the player is in no party.
    pub fn link(&self) -> Option<PartySecret> {
        self.link
    }

    /// Everyone in the party.
    pub fn members(&self) -> &[PartyMember] {
        &self.members
    }

    /// Whether the player leads the party.
    pub fn is_leader(&self) -> bool {
        self.members.iter().any(|member| member.is_leader && Some(member.account) == self.own)
    }

    /// Whether the party was another one a moment ago: what comes of its chat was said before.
    pub fn is_new(&self, now_ms: f64) -> bool {
        now_ms - self.changed_ms < 3_000.0
    }

    /// The server has answered something about the party. Returns whether that is another one than before.
    pub fn answer(&mut self, now_ms: f64, own: AccountTag, link: Option<PartySecret>) -> bool {
        self.own = Some(own);
        let is_other = self.link.is_some() != link.is_some();
        self.link = link;
        if is_other {
            self.changed_ms = now_ms;
        }
        if link.is_none() {
            (self.follow, self.led_to, self.is_brought) = (None, None, false);
        }
        is_other
    }

    /// The player has joined, and wants to be where the leader is.
    pub fn bring(&mut self) {
        self.is_brought = true;
    }

    /// The members are these now. `here` is the player's room.
    pub fn take(&mut self, now_ms: f64, here: &str, members: Vec<PartyMember>) {
        if self.members.is_empty() != members.is_empty() {
            self.changed_ms = now_ms;
        }
        self.members = members;
        self.look(now_ms, here);
    }

    /// Looks where the leader is. Call it also when the player is in another room.
    pub fn look(&mut self, now_ms: f64, here: &str) {
        let leader = self.members.iter().find(|member| member.is_leader);
        let Some((leader, own)) = leader.zip(self.own) else { return };
        if leader.account == own {
            (self.follow, self.led_to, self.is_brought) = (None, None, false);
            return;
        }
        // Whoever is off-line for a moment is on the way.
        let Some(room) = &leader.room else { return };
        let was_together = self.led_to.as_deref() == Some(here);
        let before = self.led_to.replace(room.id.clone());
        if room.id == here {
            (self.follow, self.is_brought) = (None, false);
            return;
        }
        let has_gone = before.as_deref() != Some(&room.id);
        let is_following = self.follow.is_some();
        if has_gone && (was_together || is_following) || self.is_brought {
            self.is_brought = false;
            // Nobody is led to a closed door.
            let (name, room, at_ms) = (leader.name.clone(), room.clone(), now_ms + FOLLOW_MS);
            self.follow = (!room.is_locked).then_some(Follow { name, room, at_ms });
        }
    }

    /// Whom the player is about to follow.
    pub fn follow(&self) -> Option<&Follow> {
        self.follow.as_ref()
    }

    /// The room to go to now, if it is time.
    pub fn poll(&mut self, now_ms: f64) -> Option<String> {
        self.follow.take_if(|follow| follow.at_ms <= now_ms).map(|follow| follow.room.id)
    }

    /// The player stays. Returns whether he would have followed.
    pub fn stay(&mut self) -> bool {
        self.follow.take().is_some()
    }

    /// Somebody has invited the player.
    pub fn ask(&mut self, now_ms: f64, who: Talker) {
        self.answered(who.account);
        if self.asked.len() >= ASKED_MAX {
            self.asked.remove(0);
        }
        self.asked.push((now_ms, who));
    }

    /// An invitation is answered.
    pub fn answered(&mut self, by: AccountTag) {
        self.asked.retain(|(_, who)| who.account != by);
    }

    /// Who has invited the player, and has no answer; the newest last.
    pub fn asked(&mut self, now_ms: f64) -> impl DoubleEndedIterator<Item = &Talker> {
        self.asked.retain(|(at_ms, _)| now_ms - at_ms < ASKED_MS);
        self.asked.iter().map(|(_, who)| who)
    }

    /// The others who are in this room.
    pub fn mates(&self, here: &str) -> Vec<Mate> {
        let mate = |member: &PartyMember| {
            let room = member.room.as_ref().filter(|room| room.id == here)?;
            let place = room.ship.map(|(x, y)| Vec2::new(x as f32, y as f32));
            Some(Mate { place, player: room.player, name: member.name.clone() })
        };
        let others = self.members.iter().filter(|member| Some(member.account) != self.own);
        others.filter_map(mate).collect()
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::units::PlayerId;

    use super::*;

    const ADA: AccountTag = AccountTag(1);
    const BO: AccountTag = AccountTag(2);

    fn member(account: AccountTag, is_leader: bool, room: Option<&str>) -> PartyMember {
        let room = room.map(|id| PartyRoom {
            id: id.trim_start_matches('!').into(),
            name: id.to_uppercase(),
            player: PlayerId(account.0 as u16),
            is_locked: id.starts_with('!'),
            ship: Some((5, -7)),
        });
        PartyMember { account, name: format!("P{}", account.0), is_leader, room }
    }

    /// Bo's page, in a party that Ada leads.
    fn book() -> Book {
        let mut book = Book::default();
        assert!(book.answer(0.0, BO, Some(PartySecret([1; 16]))));
        book
    }

    fn take(book: &mut Book, now_ms: f64, here: &str, leader: Option<&str>) {
        let members = vec![member(ADA, true, leader), member(BO, false, Some(here))];
        book.take(now_ms, here, members);
    }

    #[test]
    fn whoever_was_with_the_leader_follows_after_five_seconds_unless_he_stays() {
        let mut book = book();
        take(&mut book, 0.0, "a", Some("a"));
        assert_eq!(book.follow(), None);
        take(&mut book, 1_000.0, "a", None);
        assert_eq!(book.follow(), None, "she may come back");
        take(&mut book, 2_000.0, "a", Some("b"));
        let follow = book.follow().cloned().unwrap();
        assert_eq!((follow.room.name.as_str(), follow.seconds(2_001.0)), ("B", 5));
        take(&mut book, 3_000.0, "a", Some("b"));
        assert_eq!((book.poll(6_999.0), book.poll(7_000.0)), (None, Some("b".to_owned())));
        assert_eq!(book.poll(8_000.0), None, "once");

        take(&mut book, 9_000.0, "b", Some("b"));
        take(&mut book, 9_500.0, "b", Some("c"));
        assert!(book.stay() && !book.stay());
        take(&mut book, 10_000.0, "b", Some("c"));
        take(&mut book, 11_000.0, "b", Some("d"));
        assert_eq!(book.follow(), None, "he has stayed behind");
    }

    #[test]
    fn a_leader_who_goes_on_is_followed_there_and_one_who_comes_back_is_not() {
        let mut book = book();
        take(&mut book, 0.0, "a", Some("a"));
        take(&mut book, 1_000.0, "a", Some("b"));
        take(&mut book, 2_000.0, "a", Some("c"));
        assert_eq!(book.follow().map(|follow| follow.room.id.as_str()), Some("c"));
        take(&mut book, 3_000.0, "a", Some("a"));
        assert_eq!(book.follow(), None);
        take(&mut book, 4_000.0, "a", Some("!locked"));
        assert_eq!(book.follow(), None, "nobody is led to a closed door");
    }

    #[test]
    fn whoever_has_just_joined_is_brought_to_the_leader_and_a_leader_follows_nobody() {
        let mut book = book();
        take(&mut book, 0.0, "a", Some("b"));
        assert_eq!(book.follow(), None, "it was so before");
        book.bring();
        book.look(1.0, "a");
        assert!(book.follow().is_some());
        // Also where the answer comes before the board.
        let mut book = self::book();
        book.bring();
        book.look(0.0, "a");
        take(&mut book, 1.0, "a", Some("b"));
        assert!(book.follow().is_some());
        let mut leader = Book::default();
        leader.answer(0.0, ADA, Some(PartySecret([1; 16])));
        for (room, here) in [("a", "a"), ("a", "b"), ("b", "b")] {
            take(&mut leader, 0.0, here, Some(room));
            assert_eq!(leader.follow(), None);
        }
        assert!(leader.is_leader() && !book.is_leader());
    }

    #[test]
    fn only_others_in_the_same_room_are_marked() {
        let mut book = book();
        take(&mut book, 0.0, "a", Some("a"));
        let mates = book.mates("a");
        assert_eq!((mates.len(), mates[0].place), (1, Some(Vec2::new(5.0, -7.0))));
        assert_eq!(book.mates("b"), []);
    }

    #[test]
    fn an_invitation_is_there_until_it_is_answered_or_too_old() {
        let mut book = Book::default();
        let who = |n: u64| Talker { account: AccountTag(n), name: format!("P{n}") };
        (1..=9).for_each(|n| book.ask(0.0, who(n)));
        book.ask(10.0, who(7));
        let asked = |book: &mut Book, now_ms| {
            book.asked(now_ms).map(|who| who.account.0).collect::<Vec<_>>()
        };
        assert_eq!(asked(&mut book, 10.0), [6, 8, 9, 7]);
        book.answered(AccountTag(9));
        assert_eq!(asked(&mut book, ASKED_MS), [7]);
    }
}
