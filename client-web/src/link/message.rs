//! What page and worker say to each other.

use serde::{Deserialize, Serialize};

use driftfield_shared::netcode::{ClientStats, Frame, LinkProfile, Predicted};
use driftfield_shared::protocol::{CloseReason, ServerControl, Token, Welcome};
use driftfield_shared::units::{Controls, Micros};

/// From the page to the worker.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum PageMessage {
    /// Open a connection, and keep it open.
    Connect {
        /// Address of the socket, the room included.
        url: String,
        /// The name to play under.
        name: String,
        /// The seat to take back.
        token: Option<Token>,
    },
    /// What the player asks for from now on.
    Controls(Controls),
    /// Put so bad a link between socket and client from now on, whatever connection there is.
    Link(LinkProfile),
    /// Whether input commands go over a second socket, too, from now on.
    SecondSocket(bool),
    /// Give up the seat and close.
    Leave,
    /// Do not wait any longer before the next try.
    TryNow,
}

/// From the worker to the page: one note, and when it was sent.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Parcel {
    /// On the worker's clock.
    pub sent: Micros,
    /// What it says.
    pub note: Note,
}

/// What the worker has to tell.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Note {
    /// How the connection stands.
    Link(LinkState),
    /// We are in.
    Welcome(Box<Welcome>),
    /// A snapshot.
    Frame(Box<Frame>),
    /// Our own ship moved.
    Predicted(Predicted),
    /// A control message of the server.
    Control(ServerControl),
    /// Whether input commands go over a second socket, too: wanted, open and attached.
    SecondSocket(bool),
    /// The figures of the connection, a few times a second.
    Stats(ClientStats),
}

/// How the connection stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum LinkState {
    /// None is wanted.
    #[default]
    Idle,
    /// On the way.
    Connecting,
    /// The server has let us in.
    Open,
    /// Lost; the next try comes by itself.
    Waiting {
        /// Why, if the server said so.
        reason: Option<CloseReason>,
        /// Milliseconds until the next try.
        milliseconds: u32,
        /// Tries since the last time that the connection stood.
        tries: u32,
    },
    /// Ended for good; trying again would not help.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

impl LinkState {
    /// One word for it, for tests and the network panel.
    pub fn word(self) -> &'static str {
        match self {
            LinkState::Idle => "idle",
            LinkState::Connecting => "connecting",
            LinkState::Open => "open",
            LinkState::Waiting { .. } => "waiting",
            LinkState::Closed { .. } => "closed",
        }
    }

    /// The state after a connection ended with a WebSocket close code, and whether that is for good.
    pub fn after_close(code: u16, milliseconds: u32, tries: u32) -> Self {
        match CloseReason::from_code(code) {
            Some(reason) if !reason.is_worth_retrying() => LinkState::Closed { reason },
            reason => LinkState::Waiting { reason, milliseconds, tries },
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::codec;

    use super::*;

    #[test]
    fn a_connection_that_just_broke_is_tried_again() {
        // 1006 is what a browser reports when there was no goodbye.
        assert_eq!(
            LinkState::after_close(1006, 500, 1),
            LinkState::Waiting { reason: None, milliseconds: 500, tries: 1 }
        );
        let code = CloseReason::ShuttingDown.code();
        assert_eq!(LinkState::after_close(code, 500, 1).word(), "waiting");
    }

    #[test]
    fn what_another_try_cannot_cure_is_not_tried_again() {
        for reason in [CloseReason::WrongVersion, CloseReason::WrongContent, CloseReason::TakenOver]
        {
            let state = LinkState::after_close(reason.code(), 500, 1);
            assert_eq!(state, LinkState::Closed { reason });
        }
    }

    #[test]
    fn messages_survive_the_way_between_page_and_worker() {
        let message = PageMessage::Connect {
            url: "ws://127.0.0.1:8080/ws".into(),
            name: "Ada".into(),
            token: Some(Token([7; 16])),
        };
        assert_eq!(codec::decode(&codec::encode(&message)), Ok(message));
        let link = PageMessage::Link("latency=80ms,stall=1s,rate=64kbit".parse().unwrap());
        assert_eq!(codec::decode(&codec::encode(&link)), Ok(link));
        let parcel = Parcel { sent: 1 << 50, note: Note::Link(LinkState::Connecting) };
        assert_eq!(codec::decode(&codec::encode(&parcel)), Ok(parcel));
    }
}
