//! Votes as the moderation carries them out: who may vote, what everyone sees of it, and what follows.

use std::collections::BTreeSet;

use driftfield_shared::protocol::{CloseReason, Done, NoticeEvent, RefusalReason, VoteLine};
use driftfield_shared::topics::{Board, Publisher};
use tracing::warn;

use super::finding::present;
use super::kicks::{Kick, Kicked};
use super::players::{Person, Present, Subject};
use super::powers::is_beyond_votes;
use super::service::{Ending, ModerationService, tidy};
use super::vote_topic;
use super::votes::{Starter, VoteEvent};
use crate::hub::desk::Asker;
use crate::hub::{Directory, To};
use crate::store::{AccountId, AuditLine, Batch, unix_seconds};

impl ModerationService {
    pub(super) async fn start_vote(
        &mut self,
        asker: Asker,
        whom: Subject,
        note: &str,
        rooms: &Directory,
    ) -> Result<Ending, RefusalReason> {
        let Subject::Seat { player, account, .. } = whom else {
            return Err(RefusalReason::NoSuchPlayer);
        };
        let note = tidy(note)?;
        if account.is_some_and(|account| is_beyond_votes(self.store.roles().of(account))) {
            return Err(RefusalReason::Outranked);
        }
        let present = present(rooms, Some(&asker.room)).await;
        let active: BTreeSet<AccountId> = present
            .iter()
            .filter(|seat| seat.is_active && !seat.is_bot)
            .filter_map(|seat| seat.account)
            .collect();
        let is_it = |seat: &&Present| seat.player == player && seat.account == account;
        let whom = present.iter().find(is_it).ok_or(RefusalReason::NoSuchPlayer)?;
        if whom.is_house_bot {
            return Err(RefusalReason::Outranked);
        }
        self.forget_rooms(rooms);
        let starter = Starter { account: asker.account, name: asker.name };
        let (vote, events) =
            self.votes.start(self.now(), &asker.room, starter, whom.clone(), &active, note)?;
        self.note_votes(events);
        Ok(Ending::Now(Done::Voted { vote }))
    }

    /// Forgets the boards of rooms that have ended.
    fn forget_rooms(&mut self, rooms: &Directory) {
        let topics = &self.topics;
        self.boards.retain(|room, _| {
            let is_there = rooms.find(Some(room)).is_some();
            if !is_there {
                topics.withdraw(&vote_topic(room));
            }
            is_there
        });
    }

    pub(super) fn note_votes(&mut self, events: Vec<VoteEvent>) {
        for event in events {
            match event {
                VoteEvent::Stands(room, line) => self.show(&room, Some(&line)),
                VoteEvent::Over(room) => self.show(&room, None),
                VoteEvent::Passed(room, line, whom) => self.vote_out(room, &line, whom),
            }
        }
    }

    fn show(&mut self, room: &str, line: Option<&VoteLine>) {
        let new = || Publisher::new(Board::new(self.epoch));
        let board = self.boards.entry(room.into()).or_insert_with(new);
        match line {
            Some(line) => board.topic_mut().set(VoteLine::KEY, &line.value()),
            None => board.topic_mut().remove(VoteLine::KEY),
        }
        board.seal();
        self.topics.publish(&vote_topic(room), board.clone());
    }

    fn vote_out(&mut self, room: Box<str>, line: &VoteLine, whom: Present) {
        let at = unix_seconds();
        let subject =
            Person { name: whom.name.clone(), account: whom.account, seats: Vec::new() }.in_words();
        let audit = AuditLine {
            at,
            actor: format!("vote in {room}, begun by {}", line.starter),
            action: "kick".to_owned(),
            subject,
            detail: format!("10m, {} for and {} against: {}", line.yes, line.no, line.note),
        };
        let told = whom.account.map(|account| {
            let (room, note) = (room.to_string(), line.note.clone());
            (To::Account(account), NoticeEvent::VotedOut { room, note })
        });
        if self.submit_and_tell(Batch::of(audit), told, None).is_err() {
            warn!(%room, "a vote is not in the audit log: too much waits for the store");
        }
        let (account, player, address) = (whom.account, whom.player, whom.address);
        let guest = || Kicked::Guest { room: room.clone(), player, address };
        let whom = account.map_or_else(guest, Kicked::Account);
        let (reason, until) = (CloseReason::VotedOut, at + VOTED_OUT_SECONDS);
        self.kicks.kick(Kick { whom, room: Some(room), reason, until }, at);
    }
}

/// How long who was voted out is not let into that room.
const VOTED_OUT_SECONDS: i64 = 600;
