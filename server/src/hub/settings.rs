//! The settings that accounts keep for the page, so that they come along to another browser.
//!
//! ```text
//! page --KeepSettings--> SettingsService --AccountChange--> store --durable--> SettingsKept{revision}
//! page, in a room anew --Settings--> what is kept: the page's own revision, or another one that it takes over
//! ```
//!
//! What is in them is the page's business. What is kept last counts; its revision is above all before, so that a page knows whether
//! it has the newest.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use driftfield_shared::limits::SETTINGS_BYTES_MAX;
use driftfield_shared::protocol::{Done, Outcome, RefusalReason};
use tracing::warn;

use super::desk::{Ask, Asks, Requests};
use super::pace::Pace;
use crate::store::{AccountChange, AccountId, Batch, StoreHandle, Submission, unix_millis};

/// What a player asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsAsk {
    /// What the account keeps.
    Kept,
    /// That it keeps this.
    Keep(String),
}

/// Keeps settings, and tells them.
#[derive(Debug)]
pub struct SettingsService {
    store: StoreHandle,
    requests: Requests,
    pace: Pace,
    start: Instant,
    /// The newest revision that was given.
    newest: u64,
    /// What is not durable yet, in the order of the submissions.
    pending: VecDeque<(Submission, AccountId, Kept)>,
}

/// Settings with their revision, as the store has them: eight bytes, the low one first, and the text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Kept {
    revision: u64,
    text: String,
}

impl Kept {
    fn bytes(&self) -> Vec<u8> {
        [&self.revision.to_le_bytes(), self.text.as_bytes()].concat()
    }

    /// `None` for bytes that are no settings.
    fn of_bytes(bytes: &[u8]) -> Option<Kept> {
        if bytes.is_empty() {
            return Some(Kept::default());
        }
        let (revision, text) = bytes.split_first_chunk()?;
        let text = std::str::from_utf8(text).ok()?.to_owned();
        Some(Kept { revision: u64::from_le_bytes(*revision), text })
    }

    fn done(self) -> Outcome {
        Outcome::Done(Done::Settings { revision: self.revision, text: self.text })
    }
}

impl SettingsService {
    /// A service that keeps settings in a store.
    pub fn new(store: StoreHandle) -> Self {
        SettingsService {
            store,
            requests: Requests::default(),
            pace: Pace::new(ASKS_AT_ONCE, ASK_INTERVAL),
            start: Instant::now(),
            newest: 0,
            pending: VecDeque::new(),
        }
    }

    /// Serves until no room can ask any more.
    pub async fn serve(mut self, mut asks: Asks<SettingsAsk>) {
        let status = self.store.status().clone();
        loop {
            let durable = self.requests.awaited();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.handle(ask).await,
                    None => return,
                },
                () = status.wait(durable.unwrap_or(Submission(0))), if durable.is_some() => {
                    let durable = status.durable();
                    while self.pending.pop_front_if(|(written, ..)| *written <= durable).is_some() {}
                    self.requests.answer(durable);
                }
            }
        }
    }

    async fn handle(&mut self, Ask { asker, nonce, what, answer }: Ask<SettingsAsk>) {
        let Some(answer) = self.requests.begin(nonce, answer) else { return };
        if let Err(reason) = self.pace.take(self.start.elapsed(), asker.account) {
            return self.requests.end(nonce, answer, Outcome::Refused(reason));
        }
        match what {
            SettingsAsk::Kept => {
                let pending = self.pending.iter().rev().find(|(_, of, _)| *of == asker.account);
                match pending.map(|(written, _, kept)| (*written, kept.clone())) {
                    // Not before it is durable: what is told stays.
                    Some((_, kept)) => {
                        let last = self.pending.back().map_or(Submission(0), |(last, ..)| *last);
                        self.requests.end_when(last, nonce, answer, kept.done());
                    }
                    None => {
                        let outcome = self.kept(asker.account).await;
                        self.requests.end(nonce, answer, outcome);
                    }
                }
            }
            SettingsAsk::Keep(text) if text.len() > SETTINGS_BYTES_MAX => {
                let refused = Outcome::Refused(RefusalReason::SettingsTooLong);
                self.requests.end(nonce, answer, refused);
            }
            SettingsAsk::Keep(text) => {
                self.newest = unix_millis().max(self.newest + 1);
                let kept = Kept { revision: self.newest, text };
                let change = AccountChange::Settings { id: asker.account, settings: kept.bytes() };
                match self.store.submit(Batch::of(change)) {
                    Ok(durable) => {
                        let done = Done::SettingsKept { revision: kept.revision };
                        self.pending.push_back((durable, asker.account, kept));
                        self.requests.end_when(durable, nonce, answer, Outcome::Done(done));
                    }
                    Err(_) => {
                        let refused = Outcome::Refused(RefusalReason::Busy);
                        self.requests.end(nonce, answer, refused);
                    }
                }
            }
        }
    }

    /// Reads on a thread that may wait for the disk.
    async fn kept(&self, account: AccountId) -> Outcome {
        let store = self.store.clone();
        let read = tokio::task::spawn_blocking(move || store.account(account)).await;
        match read {
            Ok(Ok(found)) => {
                let bytes = found.map(|account| account.settings).unwrap_or_default();
                let kept = Kept::of_bytes(&bytes).unwrap_or_else(|| {
                    warn!(%account, "the settings of an account are none, and are given up");
                    Kept::default()
                });
                kept.done()
            }
            Ok(Err(error)) => {
                warn!(%error, "the settings of an account cannot be read");
                Outcome::Refused(RefusalReason::Busy)
            }
            // The runtime ends, or reading panicked.
            Err(_) => Outcome::Refused(RefusalReason::Busy),
        }
    }
}

/// What an account may ask for at once, and one more in each interval: the size of the interface is changed in steps.
const ASKS_AT_ONCE: u32 = 10;
const ASK_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_were_stored() {
        let kept = Kept { revision: 300, text: "still=1\n".to_owned() };
        assert_eq!(kept.bytes(), b"\x2c\x01\0\0\0\0\0\0still=1\n");
        assert_eq!(Kept::of_bytes(&kept.bytes()), Some(kept));
        assert_eq!(Kept::of_bytes(b""), Some(Kept::default()), "an account that keeps none");
        for bytes in [&b"1234567"[..], b"12345678\xff"] {
            assert_eq!(Kept::of_bytes(bytes), None, "{bytes:?}");
        }
    }
}
