//! What both ends must have in common.

/// Version of the wire format. It changes with every change of format or meaning.
pub const PROTOCOL_VERSION: u16 = 10;

/// Sent in place of a content hash by a client that plays by whatever content the [`Welcome`](super::Welcome) names.
pub const CONTENT_FROM_SERVER: u64 = 0;
