//! The messages between page and worker.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{Asked, ClientStats, Frame, Predicted, RoomNews};
use driftfield_shared::netsim::LinkProfile;
use driftfield_shared::protocol::{
    ChatLine, LinesOf, Notice, Outcome, PartyMember, ServerControl, Token, VoteLine, Welcome,
};
use driftfield_shared::units::{Controls, Micros};

use super::signs::Sign;
use super::ticket::Credentials;
use super::why::Why;
use crate::account::Secret;

/// From the page to the worker.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum PageMessage {
    /// Open a connection, and keep it open.
    Connect {
        /// Number of the visit, for [`Parcel::visit`].
        visit: u32,
        /// Address of the socket, the room included.
        url: String,
        /// The name to play under.
        name: String,
        /// The seat to take back.
        token: Option<Token>,
        /// What to sign in with; `None` plays without an account.
        credentials: Option<Credentials>,
    },
    /// The secret of the account was changed, here or in another tab.
    Account(Secret),
    /// The player's controls from now on.
    Controls(Controls),
    /// Ask the room or the hub for something, however often the connection is lost until it is answered.
    Ask {
        /// Number of the question, for [`Note::Answer`]. The page uses each once.
        number: u32,
        /// The question.
        asked: Asked,
    },
    /// Simulate this link between socket and client from now on, for all connections.
    Link(LinkProfile),
    /// Give up the seat and close.
    Leave,
    /// Try to connect now, even if no attempt is scheduled.
    TryNow,
    /// The network may be back: try to connect now.
    Sign(Sign),
}

/// From the worker to the page: a note, and when it was sent.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Parcel {
    /// The visit that it belongs to. Notes of an earlier visit, which the player has left, are ignored.
    pub visit: u32,
    /// On the worker's clock.
    pub sent: Micros,
    /// The note.
    pub note: Note,
}

/// The notes of the worker.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Note {
    /// State of the connection.
    Connection(ConnectionState),
    /// The welcome arrived, and so has the content that it names.
    Welcome(Box<Welcome>, Arc<Content>),
    /// The frames that follow are of an epoch with this content.
    Epoch(Arc<Content>),
    /// A snapshot.
    Frame(Arc<Frame>),
    /// Our own ship moved.
    Predicted(Predicted),
    /// A control message of the server.
    Control(ServerControl),
    /// A topic of the room told something.
    News(RoomNews),
    /// The party has changed: everyone who is in it, nobody if there is none.
    Party(Vec<PartyMember>),
    /// Lines of chat came.
    Lines {
        /// Where.
        of: LinesOf,
        /// The lines, in their order.
        lines: Vec<ChatLine>,
        /// Whether lines before them are missing.
        has_gap: bool,
        /// Whether they were said just now, and not before the connection was there.
        is_live: bool,
    },
    /// The player is told something.
    Notices {
        /// What, in its order.
        notices: Vec<Notice>,
        /// Whether that was just now, and not before the connection was there.
        is_live: bool,
    },
    /// The room's vote stands like this; `None`: there is none.
    Vote(Option<VoteLine>),
    /// What was asked for is answered.
    Answer {
        /// The number of the question.
        number: u32,
        /// The answer; `None`: it could not be asked for.
        outcome: Option<Outcome>,
    },
    /// State of the second socket for input commands: wanted, open and attached.
    SecondSocket(bool),
    /// Statistics of the connection, a few times per second.
    Stats(ClientStats),
}

/// State of the connection.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum ConnectionState {
    /// No connection is wanted.
    #[default]
    Idle,
    /// The connection is being opened.
    Connecting,
    /// The server has admitted us.
    Open,
    /// The connection was lost; the next attempt is scheduled.
    Waiting {
        /// The reason.
        why: Why,
        /// Milliseconds until the next attempt.
        milliseconds: u32,
        /// Attempts since the last open connection.
        tries: u32,
    },
    /// The connection ended for good, because another attempt would not help.
    Closed {
        /// The reason.
        why: Why,
    },
}

impl ConnectionState {
    /// The state in one word, for tests and the network panel.
    pub fn word(self) -> &'static str {
        match self {
            ConnectionState::Idle => "idle",
            ConnectionState::Connecting => "connecting",
            ConnectionState::Open => "open",
            ConnectionState::Waiting { .. } => "waiting",
            ConnectionState::Closed { .. } => "closed",
        }
    }

    /// The state after a connection ended, or was refused.
    pub fn after_end(why: Why, milliseconds: u32, tries: u32) -> Self {
        match why.is_worth_retrying() {
            true => ConnectionState::Waiting { why, milliseconds, tries },
            false => ConnectionState::Closed { why },
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::wire::codec;

    use super::*;
    use crate::net::{Refusal, Ticket};

    #[test]
    fn a_connection_that_just_broke_is_tried_again_and_one_that_cannot_be_is_not() {
        let state = ConnectionState::after_end(Why::Lost, 500, 1);
        assert_eq!(state, ConnectionState::Waiting { why: Why::Lost, milliseconds: 500, tries: 1 });
        assert_eq!(state.word(), "waiting");
        let why = Why::Refused(Refusal::NoSuchRoom);
        assert_eq!(ConnectionState::after_end(why, 500, 1), ConnectionState::Closed { why });
    }

    #[test]
    fn messages_survive_the_way_between_page_and_worker() {
        let message = PageMessage::Connect {
            visit: 3,
            url: "ws://127.0.0.1:8080/ws".into(),
            name: "Ada".into(),
            token: Some(Token([7; 16])),
            credentials: Some(Credentials {
                secret: Secret([9; 16]),
                ticket: Ticket::read("AAECAwQFBgcICQoLDA0ODw", 300.0, 1.5),
                url: "http://127.0.0.1:8080/api/session".into(),
            }),
        };
        assert_eq!(codec::decode(&codec::encode(&message)), Ok(message));
        let link = PageMessage::Link("latency=80ms,stall=1s,rate=64kbit".parse().unwrap());
        assert_eq!(codec::decode(&codec::encode(&link)), Ok(link));
        let parcel =
            Parcel { visit: 3, sent: 1 << 50, note: Note::Connection(ConnectionState::Connecting) };
        assert_eq!(codec::decode(&codec::encode(&parcel)), Ok(parcel));
    }
}
