//! The hub: everything that does not belong to one room.

mod accounts;
mod chat;
mod content_watch;
mod contents;
mod desk;
mod directory;
mod friends;
mod lobby;
mod moderation;
mod notices;
mod pace;
mod party;
mod purses;
mod settings;
mod topics;

pub use accounts::{AccountError, Accounts, Session};
pub use chat::{ChatService, Place, SILENCE, Target, What, topic_name};
pub use content_watch::ContentWatch;
pub use contents::{Contents, Forms, Published};
pub use desk::{Answer, Ask, Asker, Asks, Desk, Desks, HubReply};
pub use directory::{Directory, Health, Rooms};
pub use friends::Friends;
pub use lobby::Lobby;
pub use moderation::{
    Guest, HostOrder, HostReply, HostSubject, HostWish, Ignores, Kick, Kicked, Kicks,
    ModerationService, NO_VOTE, Plea, Present, Seen, Subject, vote_topic,
};
pub use notices::{NO_NOTICES, Notices, NoticesAsk, NoticesService, To, notices_topic};
pub use party::{
    Invited, NO_PARTY, Parties, PartyAsk, PartyService, Wanted, Whereabouts, own_party_topics,
};
pub use purses::{Arrival, ClaimError, Purses, Restoring};
pub use settings::{SettingsAsk, SettingsService};
pub use topics::{HubTopics, HubView};
