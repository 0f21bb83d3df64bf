//! Lines as the store keeps them.

use driftfield_shared::protocol::{AccountTag, ChatLine, LineId, Nonce, Phrase, Saying, Talker};

use super::machine::{Place, Said};
use crate::store::{AccountId, LineKind, PartyId, StoredLine, room_place};
use crate::text::WordList;

impl Place {
    /// Its name in the store.
    pub fn key(&self) -> Box<str> {
        match self {
            Place::Room(room) => room_place(room).into(),
            Place::Inbox(account) => format!("inbox:{:016x}", account.0).into(),
            Place::Party(party) => format!("party:{:016x}", party.0).into(),
        }
    }

    /// The place of a name; `None` if no build of this version has written it.
    fn of_key(key: &str) -> Option<Self> {
        if let Some(room) = key.strip_prefix("room:") {
            return Some(Place::Room(room.into()));
        }
        let number = |text| u64::from_str_radix(text, 16).ok();
        if let Some(party) = key.strip_prefix("party:") {
            return number(party).map(|id| Place::Party(PartyId(id)));
        }
        number(key.strip_prefix("inbox:")?).map(|id| Place::Inbox(AccountId(id)))
    }
}

/// What the store keeps of a line: once for each place.
pub fn records(said: &Said) -> Vec<StoredLine> {
    let Said { line, speaker, places } = said;
    let (kind, body) = match &line.saying {
        Saying::Text(text) => (LineKind::Text, text.clone()),
        Saying::Action(text) => (LineKind::Action, text.clone()),
        Saying::Phrase(phrase) => {
            let place = Phrase::ALL.iter().position(|other| other == phrase);
            (LineKind::Phrase, place.unwrap_or(0).to_string())
        }
        Saying::Ping { x, y } => (LineKind::Ping, format!("{x} {y}")),
    };
    let listener = line.listener.as_ref();
    let one = |place: &Place| StoredLine {
        place: place.key(),
        id: line.id.0,
        at: line.at,
        speaker: (speaker.0, speaker.1.0),
        name: line.speaker.name.clone(),
        listener: listener.map(|it| (AccountId(it.account.0), it.name.clone())),
        kind,
        body: body.clone(),
    };
    places.iter().map(one).collect()
}

/// A line that was kept, with its place and who said it. Masked by today's list; `None` if it makes no sense.
pub fn restored(
    stored: StoredLine,
    words: &WordList,
) -> Option<(Place, ChatLine, (AccountId, Nonce))> {
    let place = Place::of_key(&stored.place)?;
    let (account, nonce) = stored.speaker;
    let speaker = Talker { account: AccountTag(account.0), name: stored.name };
    let saying = match stored.kind {
        LineKind::Text => Saying::Text(stored.body),
        LineKind::Action => Saying::Action(stored.body),
        LineKind::Phrase => Saying::Phrase(*Phrase::ALL.get(stored.body.parse::<usize>().ok()?)?),
        LineKind::Ping => {
            let (x, y) = stored.body.split_once(' ')?;
            Saying::Ping { x: x.parse().ok()?, y: y.parse().ok()? }
        }
    };
    let listener =
        stored.listener.map(|(account, name)| Talker { account: AccountTag(account.0), name });
    let masked = words.mask(&saying);
    let line = ChatLine { id: LineId(stored.id), at: stored.at, speaker, listener, saying, masked };
    Some((place, line, (account, Nonce(nonce))))
}
