//! The worker's end of chat and requests: hands on what the page asks for, and what is answered and said.
//!
//! ```text
//! page --Ask{number}--> netcode::Client --> server --Reply--> Note::Answer{number}
//!                        feeds `chat` and `inbox` ----------> Note::Lines
//! ```

use driftfield_shared::netcode::{Asked, Client};
use driftfield_shared::protocol::{CHAT, ChatLine, INBOX, LinesOf, Reply, RequestId};
use driftfield_shared::topics::{Handle, News};

use crate::net::Note;

/// What is subscribed to, and what has no answer.
#[derive(Debug, Default)]
pub struct Lanes {
    feeds: Vec<Feed>,
    /// Requests without an answer, with the page's numbers.
    asked: Vec<(RequestId, u32)>,
}

#[derive(Debug)]
struct Feed {
    handle: Handle,
    of: LinesOf,
    /// Whether everything was told that was said before the present connection.
    is_current: bool,
}

impl Lanes {
    /// Subscribes a new client.
    pub fn new(client: &mut Client) -> Self {
        let feeds = [(CHAT, LinesOf::Room), (INBOX, LinesOf::Inbox)];
        let subscribe = |(topic, of)| {
            let handle = client.subscribe(topic, None)?;
            Some(Feed { handle, of, is_current: false })
        };
        Lanes { feeds: feeds.into_iter().filter_map(subscribe).collect(), asked: Vec::new() }
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
        let feed = self.feeds.iter_mut().find(|feed| feed.handle == handle)?;
        // A guest has no inbox: then nothing more comes.
        let News::Feed { gap, entries, is_current } = news else { return None };
        let lines = entries.iter().filter_map(|entry| match ChatLine::read(entry) {
            Ok(line) => Some(line),
            Err(error) => {
                web_sys::console::error_1(&format!("a line of chat: {error}").into());
                None
            }
        });
        let note = Note::Lines {
            of: feed.of,
            lines: lines.collect(),
            has_gap: gap.is_some(),
            is_live: feed.is_current,
        };
        feed.is_current |= is_current;
        Some(note)
    }
}
