//! The messages on the socket, except the content of snapshots.

mod account;
mod chat;
mod close;
mod control;
mod greeting;
mod message;
mod moderation;
mod notices;
mod party;
mod request;
mod room_topics;
mod version;

pub use crate::wire::DecodeError;
pub use account::AccountSecret;
pub use chat::{AccountTag, CHAT, ChatLine, INBOX, LineId, Nonce, Phrase, SayTo, Saying, Talker};
pub use close::CloseReason;
pub use control::{
    AccountTicket, ClientControl, Hello, InputTicket, ServerControl, Token, Welcome,
};
pub use greeting::{Greeting, Offer};
pub use message::{
    ClientMessage, InputMessage, ServerMessage, decode_client, decode_server,
    encode_client_control, encode_server_control, is_input_command, topic_lane,
};
pub use moderation::{
    Act, BadTerm, Complaint, Dossier, FriendLine, FriendState, NetworkTag, Role, Term, VOTE,
    VoteId, VoteLine, VoteState, Whom,
};
pub use notices::{ANNOUNCEMENTS, NOTICES, Notice, NoticeEvent, NoticeId};
pub use party::{
    PARTY, PARTY_CHAT, PartyMember, PartyRoom, PartySecret, PartyWish, member_key, read_member_key,
};
pub use request::{
    Done, HubBody, HubRequest, LinesOf, Outcome, RefusalReason, Reply, Request, RequestBody,
    RequestId,
};
pub use room_topics::{
    KILLS, Kill, LEADERBOARD, LeaderboardLine, PlayerInfo, ROOMS, ROSTER, RoomLine, STANDINGS,
    Standing, player_key, read_player_key,
};
pub use version::{CONTENT_FROM_SERVER, PROTOCOL_VERSION};
