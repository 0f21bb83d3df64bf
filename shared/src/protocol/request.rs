//! Requests: what a client asks for and must know the answer of.
//!
//! ```text
//! client: Request{id, body} --> executed once --> Reply{id, Done | Refused}, when what it confirms is durable
//!         the same again over a new connection --> the same reply
//! ```
//!
//! A new kind of request is a variant of [`RequestBody`], of [`Done`] where it has something to tell, and of
//! [`RefusalReason`] where it can be refused. It is added at the end, because a variant's number is on the wire. Who
//! executes it follows from its kind:
//!
//! * What concerns the seat and the ship is executed by the **room**, as a command in its journal. Its ids rise per
//!   seat, and the seat remembers the replies.
//! * What concerns an account beyond the room, as chat does, is a [`HubRequest`] and executed by the **hub**. The room's
//!   thread hands it on without waiting, and gets the reply the same way. What is asked for again, over another
//!   connection or in another room, is known by its [`Nonce`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::chat::{AccountTag, ChatLine, LineId, Nonce, SayTo, Saying, Talker};
use super::moderation::{Act, Complaint, Dossier, FriendLine, FriendState, VoteId, Whom};
use super::notices::{Notice, NoticeId};
use super::party::{PartySecret, PartyWish};
use crate::sim::{Item, OutfitError};
use crate::units::Credits;

/// The number of a request. The numbers that a client uses rise.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct RequestId(pub u32);

/// A request of a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Request {
    /// Above those of all requests before.
    pub id: RequestId,
    /// What is asked for.
    pub body: RequestBody,
}

/// What a client asks for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum RequestBody {
    /// To be called by another name. It is cleaned up as the name in a greeting is.
    Rename {
        /// The wanted name, of at most [`NAME_BYTES_MAX`](crate::limits::NAME_BYTES_MAX) bytes.
        name: String,
    },
    /// To fit the docked ship with something. Whoever does not have it buys it.
    Outfit {
        /// With what.
        item: Item,
        /// What the player was told that it costs; 0 for what is owned.
        price: Credits,
    },
}

/// A request of a client to the hub. Its number is among those of the client's other requests.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct HubRequest {
    /// As in [`Request`].
    pub id: RequestId,
    /// The same whenever the same thing is asked for.
    pub nonce: Nonce,
    /// What is asked for.
    pub body: HubBody,
}

/// What a client asks the hub for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum HubBody {
    /// To say something.
    Say {
        /// To whom.
        to: SayTo,
        /// What.
        saying: Saying,
    },
    /// What was said before a line: the newest lines of that, at most
    /// [`HISTORY_LINES_MAX`](crate::limits::HISTORY_LINES_MAX).
    History {
        /// Where.
        of: LinesOf,
        /// Before which line.
        before: LineId,
    },
    /// To hear an account no more, or to hear it again. Nobody is told.
    Ignore {
        /// Whom.
        whom: Whom,
        /// Whether it is ignored from now on.
        is_ignored: bool,
    },
    /// Whom the own account ignores.
    Ignored,
    /// To tell moderators of somebody. The server adds what that player said last.
    Report {
        /// Of whom.
        whom: Whom,
        /// What it is about.
        complaint: Complaint,
        /// In the player's words, if any.
        note: String,
    },
    /// What only some [roles](super::Role) may do.
    Moderate {
        /// To whom.
        whom: Whom,
        /// What.
        act: Act,
        /// Why, as it is told to the one concerned.
        note: String,
    },
    /// Who somebody is, for moderators.
    LookUp {
        /// Whom.
        whom: Whom,
    },
    /// To say something to everyone on the server.
    Announce {
        /// What.
        text: String,
    },
    /// To begin a vote of the room on whether somebody must leave it. Whoever begins it votes for it.
    StartVote {
        /// On whom.
        whom: Whom,
        /// Why, as the voters read it.
        note: String,
    },
    /// To vote.
    Vote {
        /// In which vote.
        vote: VoteId,
        /// Whether the player must leave.
        yes: bool,
    },
    /// What the own account was told, with what everyone was told: the newest notices before one, at most
    /// [`HISTORY_LINES_MAX`](crate::limits::HISTORY_LINES_MAX).
    Notices {
        /// Before which.
        before: NoticeId,
    },
    /// The player has read the notices up to this one.
    NoticesRead {
        /// Which.
        up_to: NoticeId,
    },
    /// To be friends, if the other one wants it, too; or to have nothing more to do with each other.
    Befriend {
        /// With whom.
        whom: Whom,
        /// Whether to be friends.
        is_wanted: bool,
    },
    /// The list of own friends, and the requests for friendship that the account has sent and received.
    Friends,
    /// Something about the own party.
    Party(PartyWish),
    /// The settings that the account keeps for the page.
    Settings,
    /// To keep these settings instead. What is kept last counts, from whatever page it comes.
    KeepSettings {
        /// As the page writes them, at most [`SETTINGS_BYTES_MAX`](crate::limits::SETTINGS_BYTES_MAX) bytes.
        text: String,
    },
}

impl HubBody {
    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (whom, text) = match self {
            HubBody::Say { saying: Saying::Text(text) | Saying::Action(text), .. } => {
                (None, Some(text))
            }
            HubBody::Say { .. }
            | HubBody::History { .. }
            | HubBody::Ignored
            | HubBody::Vote { .. }
            | HubBody::Notices { .. }
            | HubBody::NoticesRead { .. }
            | HubBody::Friends
            | HubBody::Settings => (None, None),
            HubBody::KeepSettings { text } => (None, Some(text)),
            HubBody::Ignore { whom, .. }
            | HubBody::LookUp { whom }
            | HubBody::Befriend { whom, .. } => (Some(whom), None),
            HubBody::Report { whom, note, .. }
            | HubBody::Moderate { whom, note, .. }
            | HubBody::StartVote { whom, note } => (Some(whom), Some(note)),
            HubBody::Announce { text } => (None, Some(text)),
            HubBody::Party(PartyWish::Invite(whom)) => (Some(whom), None),
            HubBody::Party(_) => (None, None),
        };
        let name = whom.and_then(|whom| match whom {
            Whom::Name(name) => Some(name),
            Whom::Player(_) | Whom::Account(_) | Whom::Network(_) => None,
        });
        name.into_iter().chain(text).map(String::as_str)
    }
}

/// Lines that a client may read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LinesOf {
    /// Those of the [room](super::CHAT).
    Room,
    /// Those of the own [inbox](super::INBOX).
    Inbox,
    /// Those of the own [party](super::PARTY_CHAT).
    Party,
}

/// The answer to a [`Request`] or a [`HubRequest`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Reply {
    /// The request's.
    pub id: RequestId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Outcome {
    /// It was executed, and that is durable.
    Done(Done),
    /// Nothing was changed.
    Refused(RefusalReason),
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Done {
    /// See [`RequestBody::Rename`].
    Renamed {
        /// The name that others now see. It has a number if somebody has the wanted name.
        name: String,
    },
    /// See [`HubBody::Say`].
    Said {
        /// The line, which others read.
        line: LineId,
    },
    /// See [`HubBody::History`].
    History {
        /// The lines, the oldest first.
        lines: Vec<ChatLine>,
        /// Whether nothing was said before them, or nothing is kept of it.
        is_start: bool,
    },
    /// See [`HubBody::Ignore`].
    Ignoring {
        /// Whom, with the name at this time.
        whom: Talker,
        /// Whether it is ignored from now on.
        is_ignored: bool,
    },
    /// See [`HubBody::Ignored`].
    Ignored {
        /// All of them, with their names at that time.
        list: Vec<Talker>,
    },
    /// See [`HubBody::Report`].
    Reported,
    /// See [`HubBody::Moderate`].
    Moderated {
        /// The name of whom, or the short hash of the network.
        name: String,
    },
    /// See [`HubBody::LookUp`].
    Found(Dossier),
    /// See [`HubBody::Announce`].
    Announced,
    /// See [`HubBody::StartVote`] and [`HubBody::Vote`].
    Voted {
        /// In which vote.
        vote: VoteId,
    },
    /// See [`HubBody::Notices`].
    Notices {
        /// The notices, the oldest first.
        list: Vec<Notice>,
        /// Whether the account was told nothing before them, or nothing is kept of it.
        is_start: bool,
        /// Up to where the player has read.
        read_up_to: NoticeId,
    },
    /// See [`HubBody::NoticesRead`].
    NoticesRead,
    /// See [`HubBody::Befriend`].
    Befriended {
        /// With whom.
        whom: Talker,
        /// How it stands now.
        state: FriendState,
    },
    /// See [`HubBody::Friends`].
    Friends {
        /// Everyone, in the order in which it began.
        list: Vec<FriendLine>,
    },
    /// See [`PartyWish`].
    Party {
        /// The own account, as the others see it.
        own: AccountTag,
        /// What lets others into the party; `None`: the account is in none.
        link: Option<PartySecret>,
    },
    /// See [`PartyWish::Invite`].
    PartyAsked {
        /// Who was invited.
        whom: Talker,
    },
    /// See [`HubBody::Settings`].
    Settings {
        /// Another one whenever others were kept; 0: none were.
        revision: u64,
        /// The settings.
        text: String,
    },
    /// See [`HubBody::KeepSettings`].
    SettingsKept {
        /// The revision that they have now.
        revision: u64,
    },
    /// See [`RequestBody::Outfit`].
    Outfitted {
        /// What is mounted now.
        item: Item,
    },
}

/// Why a request was refused, in a sentence for the player.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Error, Hash, PartialEq, Serialize)]
pub enum RefusalReason {
    /// The player asked for this kind of thing too often. The same request may be sent again later.
    #[error("that was asked for too often: try it again in {seconds} s")]
    TooOften {
        /// Seconds until it is not refused for that.
        seconds: u16,
    },
    /// The server has answered a request of this or a later id, and no longer knows what.
    #[error("a later request was answered before this one came")]
    OutOfOrder,
    /// Nothing in the wanted name can be seen.
    #[error("that name has no letter that can be seen")]
    NoName,
    /// Nothing in a line can be seen.
    #[error("there is nothing to say in that")]
    NothingToSay,
    /// A line is longer than [`LINE_GRAPHEMES_MAX`](crate::limits::LINE_GRAPHEMES_MAX) characters.
    #[error("that is too long for one line")]
    LineTooLong,
    /// The player may not speak.
    #[error("you may not speak for another {seconds} s")]
    Mute {
        /// Seconds until it is over; 0: for good.
        seconds: u32,
    },
    /// A guest has no account, and only who has one can be answered or made to stop.
    #[error("that takes an account, which a guest does not have")]
    NoAccount,
    /// The one who was meant is not here, or has no account.
    #[error("nobody is there to hear that")]
    NobodyThere,
    /// Too much waits, or nothing can be made durable.
    #[error("the server is busy: try it again in a moment")]
    Busy,
    /// The player's role does not allow it.
    #[error("your role does not allow that")]
    NotAllowed,
    /// The one who was meant has the same or a higher role, or one that no vote reaches.
    #[error("that player's role is not below yours")]
    Outranked,
    /// Nobody of that name, number or network is known.
    #[error("nobody is known by that")]
    NoSuchPlayer,
    /// More than one account has that name.
    #[error("more than one account has that name: use its number")]
    Ambiguous,
    /// The player's role does not allow it for so long.
    #[error("your role allows that for {seconds} s at most")]
    TermTooLong {
        /// The longest time.
        seconds: u32,
    },
    /// There is nothing that could be ended.
    #[error("there is nothing in force to end")]
    NotInForce,
    /// Nobody does that to himself.
    #[error("that cannot be done to yourself")]
    Yourself,
    /// No more accounts can be ignored.
    #[error("the list is full")]
    ListFull,
    /// The room votes already.
    #[error("a vote is running already")]
    VoteRunning,
    /// There is no such vote, or it is over, or the player has come after its start.
    #[error("there is no such vote for you")]
    NoVote,
    /// Too few players with an account are active in the room.
    #[error("a vote needs {needed} active players")]
    TooFewVoters {
        /// How many it needs.
        needed: u16,
    },
    /// The player has voted.
    #[error("you have voted already")]
    AlreadyVoted,
    /// One account is in one party.
    #[error("you are in a party already: leave it first")]
    InParty,
    /// The player is in no party, or the party is gone, or its link is another one now.
    #[error("there is no such party")]
    NoParty,
    /// As many members as a party may have.
    #[error("a party has {max} members at most")]
    PartyFull {
        /// How many that are.
        max: u16,
    },
    /// Only the leader can do that.
    #[error("only the leader of the party can do that")]
    NotLeader,
    /// Nobody has invited the player, or that was too long ago.
    #[error("that invitation is not good any more")]
    NoInvitation,
    /// Settings have more than [`SETTINGS_BYTES_MAX`](crate::limits::SETTINGS_BYTES_MAX) bytes.
    #[error("those settings are too long to be kept with the account")]
    SettingsTooLong,
    /// There is no ship, or it is not docked.
    #[error("that is done at a dock")]
    NotDocked,
    /// There is no such thing, or its price has changed.
    #[error("that is not sold at this price")]
    NotOffered,
    /// A hull that leads to it must be owned first.
    #[error("another hull comes before that one")]
    NotYet,
    /// The hull has no mount for it.
    #[error("this hull has no mount for it")]
    NoMount,
    /// The cargo would not fit.
    #[error("there is more in the hold than that would take")]
    HoldTooFull,
    /// The credits are too few.
    #[error("you have too few credits for that")]
    TooDear,
}

impl From<OutfitError> for RefusalReason {
    fn from(error: OutfitError) -> Self {
        match error {
            OutfitError::NotDocked => RefusalReason::NotDocked,
            OutfitError::NotOffered => RefusalReason::NotOffered,
            OutfitError::NotYet => RefusalReason::NotYet,
            OutfitError::NoMount => RefusalReason::NoMount,
            OutfitError::HoldTooFull => RefusalReason::HoldTooFull,
            OutfitError::TooDear => RefusalReason::TooDear,
        }
    }
}

impl RefusalReason {
    /// A short name of the reason, for metrics.
    pub fn label(self) -> &'static str {
        match self {
            RefusalReason::TooOften { .. } => "request_too_often",
            RefusalReason::OutOfOrder => "request_out_of_order",
            RefusalReason::NoName => "request_no_name",
            RefusalReason::NothingToSay => "request_nothing_to_say",
            RefusalReason::LineTooLong => "request_line_too_long",
            RefusalReason::Mute { .. } => "request_mute",
            RefusalReason::NoAccount => "request_no_account",
            RefusalReason::NobodyThere => "request_nobody_there",
            RefusalReason::Busy => "request_busy",
            RefusalReason::NotAllowed => "request_not_allowed",
            RefusalReason::Outranked => "request_outranked",
            RefusalReason::NoSuchPlayer => "request_no_such_player",
            RefusalReason::Ambiguous => "request_ambiguous",
            RefusalReason::TermTooLong { .. } => "request_term_too_long",
            RefusalReason::NotInForce => "request_not_in_force",
            RefusalReason::Yourself => "request_yourself",
            RefusalReason::ListFull => "request_list_full",
            RefusalReason::VoteRunning => "request_vote_running",
            RefusalReason::NoVote => "request_no_vote",
            RefusalReason::TooFewVoters { .. } => "request_too_few_voters",
            RefusalReason::AlreadyVoted => "request_already_voted",
            RefusalReason::InParty => "request_in_party",
            RefusalReason::NoParty => "request_no_party",
            RefusalReason::PartyFull { .. } => "request_party_full",
            RefusalReason::NotLeader => "request_not_leader",
            RefusalReason::NoInvitation => "request_no_invitation",
            RefusalReason::SettingsTooLong => "request_settings_too_long",
            RefusalReason::NotDocked => "request_not_docked",
            RefusalReason::NotOffered => "request_not_offered",
            RefusalReason::NotYet => "request_not_yet",
            RefusalReason::NoMount => "request_no_mount",
            RefusalReason::HoldTooFull => "request_hold_too_full",
            RefusalReason::TooDear => "request_too_dear",
        }
    }
}
