//! The lines that the page has read, by number: those of the room, of the own inbox and of the party, each without a hole.

use driftfield_shared::limits::HISTORY_LINES_MAX;
use driftfield_shared::protocol::{AccountTag, ChatLine, LineId, LinesOf};

use super::To;

/// Lines of a feed that are kept while new ones come.
const LINES_MAX: usize = 300;
/// Lines of a feed that can be read by scrolling back.
const LINES_READ_MAX: usize = 1_000;

/// All lines, in their order.
#[derive(Clone, Debug, Default)]
pub struct Log {
    room: Lines,
    inbox: Lines,
    party: Lines,
    /// Whose lines are not shown.
    ignored: Vec<AccountTag>,
}

#[derive(Clone, Debug, Default)]
struct Lines {
    /// By number, without a hole between the first and the last.
    lines: Vec<ChatLine>,
    /// Whether nothing was said before the first.
    is_start: bool,
    /// Whether the lines before the first were asked for.
    is_asked: bool,
}

impl Log {
    fn of(&self, of: LinesOf) -> &Lines {
        match of {
            LinesOf::Room => &self.room,
            LinesOf::Inbox => &self.inbox,
            LinesOf::Party => &self.party,
        }
    }

    fn of_mut(&mut self, of: LinesOf) -> &mut Lines {
        match of {
            LinesOf::Room => &mut self.room,
            LinesOf::Inbox => &mut self.inbox,
            LinesOf::Party => &mut self.party,
        }
    }

    /// New lines came. With a `gap`, lines before them are missing: what is older is forgotten, and can be read again by
    /// scrolling back.
    pub fn add(&mut self, of: LinesOf, lines: Vec<ChatLine>, gap: bool) {
        let of = self.of_mut(of);
        if gap {
            *of = Lines::default();
        }
        lines.into_iter().for_each(|line| of.insert(line));
        if of.lines.len() > LINES_MAX {
            of.lines.drain(..of.lines.len() - LINES_MAX);
            of.is_start = false;
        }
    }

    /// Lines came that were asked for.
    pub fn add_older(&mut self, of: LinesOf, lines: Vec<ChatLine>, is_start: bool) {
        let of = self.of_mut(of);
        (of.is_asked, of.is_start) = (false, is_start);
        lines.into_iter().for_each(|line| of.insert(line));
    }

    /// They do not come.
    pub fn give_up_older(&mut self, of: LinesOf) {
        self.of_mut(of).is_asked = false;
    }

    /// Whether there may be older lines.
    pub fn has_older(&self) -> bool {
        ALL.into_iter().any(|of| self.may_have_older(of))
    }

    /// Which lines to ask for next, and before which one. They count as asked for.
    pub fn ask_older(&mut self) -> Vec<(LinesOf, LineId)> {
        // Where the other feed goes further back, only this one is missing.
        let wanted =
            ALL.into_iter().filter(|of| self.may_have_older(*of) && !self.of(*of).is_asked);
        let wanted: Vec<_> = wanted.map(|of| (of, self.of(of).first())).collect();
        wanted.iter().for_each(|(of, _)| self.of_mut(*of).is_asked = true);
        wanted
    }

    /// Whoever is in no party has no line of it, and cannot ask for more.
    fn may_have_older(&self, of: LinesOf) -> bool {
        let lines = self.of(of);
        lines.has_older() && (of != LinesOf::Party || !lines.lines.is_empty())
    }

    /// Whether a line was said to the party.
    pub fn is_of_party(&self, id: LineId) -> bool {
        self.party.find(id).is_ok()
    }

    /// The player is in another room: its lines come anew.
    pub fn leave_room(&mut self) {
        self.room = Lines::default();
    }

    /// Nothing of these accounts is shown from now on, and of all others everything is.
    pub fn ignore(&mut self, accounts: Vec<AccountTag>) {
        self.ignored = accounts;
    }

    /// An account is ignored from now on, or is heard again.
    pub fn set_ignored(&mut self, account: AccountTag, is_ignored: bool) {
        self.ignored.retain(|other| *other != account);
        if is_ignored {
            self.ignored.push(account);
        }
    }

    /// Whether a line is not shown, because the player ignores its speaker.
    pub fn is_ignored(&self, line: &ChatLine) -> bool {
        self.ignored.contains(&line.speaker.account)
    }

    /// All lines that are shown, in their order.
    pub fn lines(&self) -> Vec<&ChatLine> {
        let mut lines: Vec<&ChatLine> = self.room.lines.iter().collect();
        for of in [&self.inbox, &self.party] {
            let mut others = of.lines.iter().peekable();
            let before = std::mem::take(&mut lines);
            for line in before {
                while let Some(other) = others.next_if(|other| other.id < line.id) {
                    lines.push(other);
                }
                lines.push(line);
            }
            lines.extend(others);
        }
        lines.retain(|line| !self.is_ignored(line));
        debug_assert!(lines.is_sorted_by_key(|line| line.id), "lines have their order");
        lines
    }

    /// The line of a number.
    pub fn find(&self, id: LineId) -> Option<&ChatLine> {
        [&self.room, &self.inbox, &self.party]
            .into_iter()
            .find_map(|of| of.find(id).ok().map(|at| &of.lines[at]))
    }

    /// The newest number.
    pub fn newest(&self) -> LineId {
        let newest = |of: &Lines| of.lines.last().map_or(LineId(0), |line| line.id);
        newest(&self.room).max(newest(&self.inbox)).max(newest(&self.party))
    }

    /// The account of whoever spoke last under a name.
    pub fn account_of(&self, name: &str) -> Option<AccountTag> {
        let spoke = |of: &Lines| {
            let talkers = of.lines.iter().rev().flat_map(|line| {
                [Some(&line.speaker), line.listener.as_ref()].into_iter().flatten()
            });
            let mut named = talkers.filter(|it| it.name == name);
            named.next().map(|it| it.account)
        };
        spoke(&self.room).or_else(|| spoke(&self.inbox)).or_else(|| spoke(&self.party))
    }

    /// Who has whispered last, if it was not the player, whose account is `own`.
    pub fn whisperer(&self, own: Option<AccountTag>, own_name: &str) -> Option<To> {
        let heard =
            self.inbox.lines.iter().rev().map(|line| &line.speaker).find(|speaker| {
                own.map_or(speaker.name != own_name, |own| speaker.account != own)
            })?;
        Some(To::One { name: heard.name.clone(), account: Some(heard.account) })
    }
}

impl Lines {
    fn find(&self, id: LineId) -> Result<usize, usize> {
        self.lines.binary_search_by_key(&id, |line| line.id)
    }

    /// A line that is there already stays as it is.
    fn insert(&mut self, line: ChatLine) {
        if let Err(at) = self.find(line.id) {
            self.lines.insert(at, line);
        }
        debug_assert!(self.lines.is_sorted_by(|a, b| a.id < b.id), "lines have their order");
    }

    fn first(&self) -> LineId {
        self.lines.first().map_or(LineId(u64::MAX), |line| line.id)
    }

    fn has_older(&self) -> bool {
        !self.is_start && self.lines.len() < LINES_READ_MAX
    }
}

/// Where lines come from.
pub const ALL: [LinesOf; 3] = [LinesOf::Room, LinesOf::Inbox, LinesOf::Party];

const _: () = assert!(LINES_MAX >= HISTORY_LINES_MAX as usize);

#[cfg(test)]
pub(super) mod tests {
    use driftfield_shared::protocol::{Saying, Talker};

    use super::*;

    /// A line of account `speaker`, or a whisper to `listener`.
    pub fn line(id: u64, speaker: u64, listener: Option<u64>) -> ChatLine {
        let talker = |account: u64| Talker {
            account: AccountTag(account),
            name: format!("Pilot {account}"),
        };
        ChatLine {
            id: LineId(id),
            at: 1_000 * id,
            speaker: talker(speaker),
            listener: listener.map(talker),
            saying: Saying::Text(format!("line {id}")),
            masked: Vec::new(),
        }
    }

    fn lines(ids: std::ops::Range<u64>) -> Vec<ChatLine> {
        ids.map(|id| line(id, 1, None)).collect()
    }

    fn ids(log: &Log) -> Vec<u64> {
        log.lines().iter().map(|line| line.id.0).collect()
    }

    #[test]
    fn lines_that_come_twice_are_read_once_and_in_order() {
        let mut log = Log::default();
        log.add(LinesOf::Room, lines(10..13), false);
        log.add(LinesOf::Inbox, vec![line(11, 2, Some(1))], false);
        log.add(LinesOf::Room, lines(12..15), false);
        // A whisper has the same number in every feed; no line of the room has it, too.
        assert_eq!(ids(&log), [10, 11, 11, 12, 13, 14]);
        log.add_older(LinesOf::Room, lines(8..11), false);
        assert_eq!(ids(&log), [8, 9, 10, 11, 11, 12, 13, 14]);
        assert_eq!(log.newest(), LineId(14));
        log.add(LinesOf::Party, vec![line(9, 3, None), line(15, 3, None)], false);
        assert_eq!(ids(&log), [8, 9, 9, 10, 11, 11, 12, 13, 14, 15]);
        assert!(log.is_of_party(LineId(15)) && !log.is_of_party(LineId(14)));
        assert_eq!(log.newest(), LineId(15));
        // Another party, or none: its feed begins anew.
        log.add(LinesOf::Party, Vec::new(), true);
        assert_eq!(log.newest(), LineId(14));
        assert!(!log.ask_older().iter().any(|(of, _)| *of == LinesOf::Party));
    }

    #[test]
    fn after_a_gap_what_is_before_it_is_read_by_scrolling_back() {
        let mut log = Log::default();
        log.add(LinesOf::Room, lines(1..5), false);
        log.add(LinesOf::Room, lines(300..310), true);
        assert_eq!(ids(&log)[0], 300);
        let all = [(LinesOf::Room, LineId(300)), (LinesOf::Inbox, LineId(u64::MAX))];
        assert_eq!(log.ask_older(), all);
        assert_eq!(log.ask_older(), [], "they are asked for already");
        log.add_older(LinesOf::Room, lines(250..300), false);
        log.add_older(LinesOf::Inbox, Vec::new(), true);
        assert_eq!(log.ask_older(), [(LinesOf::Room, LineId(250))]);
        log.give_up_older(LinesOf::Room);
        assert_eq!(log.ask_older(), [(LinesOf::Room, LineId(250))]);
        log.add_older(LinesOf::Room, lines(1..250), true);
        assert!(!log.has_older());
        assert_eq!(log.ask_older(), []);
    }

    #[test]
    fn a_talkative_room_does_not_fill_the_memory() {
        let mut log = Log::default();
        (0..50).for_each(|n| log.add(LinesOf::Room, lines(n * 50..n * 50 + 50), false));
        assert_eq!(log.lines().len(), LINES_MAX);
        assert_eq!(log.newest(), LineId(2_499));
        while log.has_older() {
            let Some((_, before)) = log.ask_older().first().copied() else { panic!() };
            log.add_older(LinesOf::Inbox, Vec::new(), true);
            log.add_older(LinesOf::Room, lines(before.0 - 50..before.0), before.0 == 50);
        }
        assert_eq!(log.lines().len(), LINES_READ_MAX);
        log.add(LinesOf::Room, lines(2_500..2_501), false);
        assert_eq!(log.lines().len(), LINES_MAX);
        assert!(log.has_older());
    }

    #[test]
    fn lines_of_whoever_is_ignored_are_left_out_until_they_are_heard_again() {
        let mut log = Log::default();
        log.add(LinesOf::Room, vec![line(1, 7, None), line(2, 8, None)], false);
        log.set_ignored(AccountTag(7), true);
        assert_eq!(ids(&log), [2]);
        log.set_ignored(AccountTag(7), false);
        log.ignore(vec![AccountTag(8)]);
        assert_eq!(ids(&log), [1]);
    }

    #[test]
    fn an_answer_goes_to_the_last_who_whispered() {
        let mut log = Log::default();
        let (own, own_name) = (Some(AccountTag(1)), "Pilot 1");
        assert_eq!(log.whisperer(own, own_name), None);
        let whispers = vec![line(1, 2, Some(1)), line(2, 3, Some(1)), line(3, 1, Some(2))];
        log.add(LinesOf::Inbox, whispers, false);
        let to = To::One { name: "Pilot 3".into(), account: Some(AccountTag(3)) };
        assert_eq!(log.whisperer(own, own_name), Some(to.clone()));
        assert_eq!(log.whisperer(None, own_name), Some(to), "before the own account is known");
        assert_eq!(log.account_of("Pilot 2"), Some(AccountTag(2)));
        assert_eq!(log.account_of("Pilot 9"), None);
    }
}
