//! The worker's end of chat and requests: hands on what the page asks for, and what is answered and said.
//!
//! ```text
//! page --Ask{number}--> netcode::Client --> server --Reply--> Note::Answer{number}
//!                feeds `chat`, `inbox` and `party-chat` -----> Note::Lines
//!                        `notices` and `announcements` -----> Note::Notices
//!                        the board `vote` ------------------> Note::Vote
//!                        the board `party` -----------------> Note::Party
//! ```

use driftfield_shared::netcode::{Asked, Client};
use driftfield_shared::protocol::{
    ANNOUNCEMENTS, CHAT, ChatLine, INBOX, LinesOf, NOTICES, Notice, PARTY, PARTY_CHAT, PartyMember,
    Reply, RequestId, VOTE, VoteLine, read_member_key,
};
use driftfield_shared::topics::{Handle, News};
use driftfield_shared::wire::DecodeError;

use crate::net::Note;

/// What is subscribed to, and what has no answer.
#[derive(Debug, Default)]
pub struct Lanes {
    feeds: Vec<Feed>,
    vote: Option<Handle>,
    party: Option<Handle>,
    /// Everyone in the party.
    members: Vec<PartyMember>,
    /// Requests without an answer, with the page's numbers.
    asked: Vec<(RequestId, u32)>,
}

/// What a feed is of.
#[derive(Clone, Copy, Debug)]
enum FeedOf {
    Lines(LinesOf),
    Notices,
}

#[derive(Debug)]
struct Feed {
    handle: Handle,
    of: FeedOf,
    /// Whether everything was told that was said before the present connection.
    is_current: bool,
}

impl Lanes {
    /// Subscribes a new client.
    pub fn new(client: &mut Client) -> Self {
        let feeds = [
            (CHAT, FeedOf::Lines(LinesOf::Room)),
            (INBOX, FeedOf::Lines(LinesOf::Inbox)),
            (PARTY_CHAT, FeedOf::Lines(LinesOf::Party)),
            (NOTICES, FeedOf::Notices),
            (ANNOUNCEMENTS, FeedOf::Notices),
        ];
        let subscribe = |(topic, of)| {
            let handle = client.subscribe(topic, None)?;
            Some(Feed { handle, of, is_current: false })
        };
        let feeds = feeds.into_iter().filter_map(subscribe).collect();
        let (vote, party) = (client.subscribe(VOTE, None), client.subscribe(PARTY, None));
        Lanes { feeds, vote, party, members: Vec::new(), asked: Vec::new() }
    }

    /// A new connection is accepted. What was said meanwhile comes first.
    pub fn handle_welcome(&mut self) {
        self.feeds.iter_mut().for_each(|feed| feed.is_current = false);
    }

    /// Asks for something. Returns what the page is told if it cannot be asked for.
    pub fn ask(&mut self, client: &mut Client, number: u32, asked: Asked) -> Option<Note> {
        match client.request(asked) {
            Some(id) => {
                self.asked.push((id, number));
                None
            }
            None => Some(Note::Answer { number, outcome: None }),
        }
    }

    /// What the page is told of an answer.
    pub fn handle_reply(&mut self, Reply { id, outcome }: Reply) -> Option<Note> {
        let at = self.asked.iter().position(|(asked, _)| *asked == id)?;
        let (_, number) = self.asked.swap_remove(at);
        Some(Note::Answer { number, outcome: Some(outcome) })
    }

    /// What the page is told of news of a topic.
    pub fn handle_news(&mut self, handle: Handle, news: News) -> Option<Note> {
        if let News::Board { changes, .. } = &news
            && self.vote == Some(handle)
        {
            let (_, value) = changes.last()?;
            let values = value.as_slice();
            return Some(Note::Vote(read_all(values, VoteLine::read).pop()));
        }
        if let News::Board { changes, is_current } = &news
            && self.party == Some(handle)
        {
            for (key, value) in changes {
                let account = read_all(std::slice::from_ref(key), read_member_key).pop()?;
                self.members.retain(|member| member.account != account);
                let member = value.iter().map(|value| (key.as_slice(), value.as_slice()));
                let read = |(key, value)| PartyMember::read(key, value);
                self.members.extend(member.filter_map(|member| note_fault(read(member))));
            }
            // By number, so that nobody changes places when something of him changes.
            self.members.sort_by_key(|member| member.account);
            return is_current.then(|| Note::Party(self.members.clone()));
        }
        let feed = self.feeds.iter_mut().find(|feed| feed.handle == handle)?;
        // A guest has no inbox: then nothing more comes.
        let News::Feed { gap, entries, is_current } = news else { return None };
        let is_live = feed.is_current;
        let note = match feed.of {
            FeedOf::Lines(of) => {
                let lines = read_all(&entries, ChatLine::read);
                Note::Lines { of, lines, has_gap: gap.is_some(), is_live }
            }
            FeedOf::Notices => Note::Notices { notices: read_all(&entries, Notice::read), is_live },
        };
        feed.is_current |= is_current;
        Some(note)
    }
}

/// The entries of a feed. One that cannot be read is left out, and told to whoever looks at the console.
fn read_all<T>(entries: &[Vec<u8>], read: fn(&[u8]) -> Result<T, DecodeError>) -> Vec<T> {
    entries.iter().filter_map(|entry| note_fault(read(entry))).collect()
}

fn note_fault<T>(read: Result<T, DecodeError>) -> Option<T> {
    read.map_err(|error| {
        web_sys::console::error_1(&format!("an entry of a topic: {error}").into());
    })
    .ok()
}
