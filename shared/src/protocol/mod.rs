//! What goes over the socket, but for the inside of snapshots.

mod close;
pub mod codec;
mod control;
mod greeting;
mod message;
mod version;

pub use close::CloseReason;
pub use codec::DecodeError;
pub use control::{
    ClientControl, Hello, InputTicket, LeaderboardLine, PlayerInfo, ServerControl, Token, Welcome,
};
pub use greeting::{Greeting, Offer};
pub use message::{
    ClientMessage, InputMessage, ServerMessage, decode_client, decode_server,
    encode_client_control, encode_server_control, is_input_command,
};
pub use version::{CONTENT_HASH, PROTOCOL_VERSION};
