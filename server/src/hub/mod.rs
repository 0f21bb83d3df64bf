//! The hub: everything that does not belong to one room.

mod accounts;
mod chat;
mod content_watch;
mod contents;
mod directory;
mod lobby;
mod topics;

pub use accounts::{AccountError, Accounts, Session};
pub use chat::{
    Answer, Ask, Asker, ChatDesk, ChatService, HubReply, Place, SILENCE, Target, What, topic_name,
};
pub use content_watch::ContentWatch;
pub use contents::{Contents, Forms, Published};
pub use directory::{Directory, Health, Rooms};
pub use lobby::Lobby;
pub use topics::{HubTopics, HubView};
