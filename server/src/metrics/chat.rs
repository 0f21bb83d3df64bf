//! The metrics of chat.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use super::register;

/// The metrics of chat. What is refused is among the rejected messages.
#[derive(Clone, Debug)]
pub struct ChatMetrics {
    said: Counter,
    slowed: Counter,
}

impl ChatMetrics {
    /// Registers them, each at zero.
    pub(super) fn register(registry: &mut Registry) -> Self {
        ChatMetrics {
            said: register(
                registry,
                "chat_lines",
                "Lines of chat that were said",
                Counter::default(),
            ),
            slowed: register(
                registry,
                "chat_lines_slowed",
                "Lines of chat that were said some seconds later, because their speaker said too much",
                Counter::default(),
            ),
        }
    }

    /// Counts a line that was said.
    pub fn count_said(&self) {
        self.said.inc();
    }

    /// Counts a line that must wait.
    pub fn count_slowed(&self) {
        self.slowed.inc();
    }
}
