//! What a connection comes to a room for.

use driftfield_shared::protocol::{AccountTicket, Greeting, Hello, InputTicket, Offer};

use crate::hub::Arrival;
use crate::store::AccountId;

/// What a connection is for, as its request has said. Decided once, where the request is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Entry {
    /// To play.
    Hello {
        /// What the client says.
        hello: Hello,
        /// Whose seat it will be; `None`: a guest's.
        account: Option<AccountId>,
        /// With what the account comes.
        arrival: Arrival,
    },
    /// To bring input commands for a seat that has a connection already.
    AttachInputs(InputTicket),
    /// Its client speaks another version of the protocol: it is told so, in words that its page can hear.
    WrongVersion,
    /// Its ticket is not good any more: it is told so, and asks for another one.
    TicketExpired,
    /// The room is entered by invitation only, and its player has none: it is told so.
    NotInvited,
}

impl Entry {
    /// What an offer asks for. `redeem` finds the account of a ticket.
    pub fn of(offer: Offer, redeem: impl Fn(&AccountTicket) -> Option<AccountId>) -> Self {
        let hello = match offer {
            Offer::Greeting(Greeting::Hello(hello)) => hello,
            Offer::Greeting(Greeting::AttachInputs(ticket)) => return Entry::AttachInputs(ticket),
            Offer::OtherVersion(_) => return Entry::WrongVersion,
        };
        match hello.ticket.map(|ticket| redeem(&ticket)) {
            None => Entry::Hello { hello, account: None, arrival: Arrival::Empty },
            Some(Some(account)) => {
                Entry::Hello { hello, account: Some(account), arrival: Arrival::Empty }
            }
            Some(None) => Entry::TicketExpired,
        }
    }
}

impl Entry {
    /// A house bot with its account, if it has one.
    pub fn of_house_bot(greeting: Greeting, account: Option<AccountId>) -> Self {
        match greeting {
            Greeting::Hello(hello) => Entry::Hello { hello, account, arrival: Arrival::Empty },
            Greeting::AttachInputs(ticket) => Entry::AttachInputs(ticket),
        }
    }

    /// The same, with what the account comes with.
    pub fn arriving(self, with: Arrival) -> Self {
        match self {
            Entry::Hello { hello, account, .. } => Entry::Hello { hello, account, arrival: with },
            other => other,
        }
    }

    /// Whether an account comes with what it owns.
    pub fn brings_something(&self) -> bool {
        matches!(self, Entry::Hello { arrival: Arrival::Brings(_), .. })
    }

    /// Who comes, if that is known.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Entry::Hello { account, .. } => *account,
            Entry::AttachInputs(_)
            | Entry::WrongVersion
            | Entry::TicketExpired
            | Entry::NotInvited => None,
        }
    }
}

/// A greeting from inside the server: that of a guest.
impl From<Greeting> for Entry {
    fn from(greeting: Greeting) -> Self {
        Entry::of(Offer::Greeting(greeting), |_| None)
    }
}
