//! What the store is asked to keep.

use std::mem;

use super::accounts::AccountChange;
use super::audit::AuditLine;
use super::company::{
    ExecutedRequest, FriendChange, IgnoreChange, NoticesRead, PartyChange, Report, StoredNotice,
};
use super::history::{JournalChunk, RoomCheckpoint};
use super::ledger::{Booking, Fence};
use super::lines::StoredLine;
use super::own_rooms::OwnRoomChange;
use super::sanctions::Sanction;
use super::time::UnixSeconds;

/// One thing to keep.
#[derive(Clone, Debug)]
pub enum Record {
    /// What a room executed.
    Chunk(JournalChunk),
    /// The state of a room. The last two of each room are kept.
    Checkpoint(RoomCheckpoint),
    /// A change of an account.
    Account(AccountChange),
    /// Transfers of money or goods.
    Booking(Booking),
    /// A room goes on from before some of its bookings, which are taken back.
    Fence(Fence),
    /// A ban or a mute.
    Sanction(Sanction),
    /// The end of a ban or a mute before its time.
    EndSanction {
        /// Number of the sanction.
        id: i64,
        /// When it ends.
        at: UnixSeconds,
    },
    /// Something that an administrator did.
    Audit(AuditLine),
    /// A line of chat.
    Line(StoredLine),
    /// A change of the rooms that players have opened.
    OwnRoom(OwnRoomChange),
    /// An account ignores another one, or does so no more.
    Ignore(IgnoreChange),
    /// Two accounts become friends, or part.
    Friend(FriendChange),
    /// A party or its members change.
    Party(PartyChange),
    /// What a player tells moderators.
    Report(Report),
    /// A request that must not be executed twice.
    Request(ExecutedRequest),
    /// Something that a player is told.
    Notice(StoredNotice),
    /// A player has read what he was told.
    NoticesRead(NoticesRead),
}

/// Records that become durable together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    records: Vec<Record>,
    bytes: usize,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// A batch of one record.
    pub fn of(record: impl Into<Record>) -> Self {
        let mut batch = Batch::new();
        batch.push(record);
        batch
    }

    /// Adds a record.
    pub fn push(&mut self, record: impl Into<Record>) {
        let record = record.into();
        self.bytes += record.bytes();
        self.records.push(record);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it is part of a room's history.
    pub fn is_of_room(&self) -> bool {
        let is_history =
            |record: &Record| matches!(record, Record::Chunk(_) | Record::Checkpoint(_));
        self.records.iter().any(is_history)
    }

    /// Whether a ban or a mute begins or ends with it.
    pub fn changes_sanctions(&self) -> bool {
        let is_sanction =
            |record: &Record| matches!(record, Record::Sanction(_) | Record::EndSanction { .. });
        self.records.iter().any(is_sanction)
    }

    /// Whether a role is given with it, or goes with its account.
    pub fn changes_roles(&self) -> bool {
        let is_of_role = |record: &Record| {
            let Record::Account(change) = record else { return false };
            matches!(change, AccountChange::SetRole { .. } | AccountChange::Delete { .. })
        };
        self.records.iter().any(is_of_role)
    }

    /// Its records, in the order in which they were added.
    pub fn records(&self) -> &[Record] {
        &self.records
    }
}

impl Record {
    /// Memory that it takes, in bytes; strings and such are counted roughly.
    fn bytes(&self) -> usize {
        let held = match self {
            Record::Chunk(chunk) => chunk.bytes.len(),
            Record::Checkpoint(checkpoint) => checkpoint.bytes.len(),
            Record::Account(change) => change.bytes(),
            Record::Booking(booking) => booking.bytes(),
            Record::Sanction(sanction) => sanction.reason.len() + sanction.made_by.len(),
            Record::EndSanction { .. } | Record::Fence(_) | Record::NoticesRead(_) => 0,
            Record::Audit(line) => line.subject.len() + line.detail.len(),
            Record::Line(line) => line.bytes(),
            Record::OwnRoom(change) => change.bytes(),
            Record::Ignore(change) => change.whom.name.len(),
            Record::Friend(change) => change.bytes(),
            Record::Party(change) => change.bytes(),
            Record::Report(report) => report.bytes(),
            Record::Request(request) => request.done.len(),
            Record::Notice(notice) => notice.bytes(),
        };
        mem::size_of::<Record>() + held
    }
}

impl From<JournalChunk> for Record {
    fn from(chunk: JournalChunk) -> Self {
        Record::Chunk(chunk)
    }
}

impl From<RoomCheckpoint> for Record {
    fn from(checkpoint: RoomCheckpoint) -> Self {
        Record::Checkpoint(checkpoint)
    }
}

impl From<AccountChange> for Record {
    fn from(change: AccountChange) -> Self {
        Record::Account(change)
    }
}

impl From<Booking> for Record {
    fn from(booking: Booking) -> Self {
        Record::Booking(booking)
    }
}

impl From<Fence> for Record {
    fn from(fence: Fence) -> Self {
        Record::Fence(fence)
    }
}

impl From<Sanction> for Record {
    fn from(sanction: Sanction) -> Self {
        Record::Sanction(sanction)
    }
}

impl From<AuditLine> for Record {
    fn from(line: AuditLine) -> Self {
        Record::Audit(line)
    }
}

impl From<OwnRoomChange> for Record {
    fn from(change: OwnRoomChange) -> Self {
        Record::OwnRoom(change)
    }
}

impl From<StoredLine> for Record {
    fn from(line: StoredLine) -> Self {
        Record::Line(line)
    }
}

impl From<IgnoreChange> for Record {
    fn from(change: IgnoreChange) -> Self {
        Record::Ignore(change)
    }
}

impl From<Report> for Record {
    fn from(report: Report) -> Self {
        Record::Report(report)
    }
}

impl From<ExecutedRequest> for Record {
    fn from(request: ExecutedRequest) -> Self {
        Record::Request(request)
    }
}

impl From<StoredNotice> for Record {
    fn from(notice: StoredNotice) -> Self {
        Record::Notice(notice)
    }
}

impl From<NoticesRead> for Record {
    fn from(read: NoticesRead) -> Self {
        Record::NoticesRead(read)
    }
}

impl From<PartyChange> for Record {
    fn from(change: PartyChange) -> Self {
        Record::Party(change)
    }
}

impl From<FriendChange> for Record {
    fn from(change: FriendChange) -> Self {
        Record::Friend(change)
    }
}
