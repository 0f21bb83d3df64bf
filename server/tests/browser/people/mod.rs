//! Accounts, what is said, what one is told, parties, and rooms of one's own.

mod account;
mod chat;
mod notices;
mod own_room;
mod party;
mod votes;

use crate::driver::Page;

/// Says something in the chat.
async fn say(page: &Page, text: &str) {
    page.run("document.getElementById('world').focus(); return null").await;
    page.press('\u{e007}').await;
    page.wait_for("the field", "return document.activeElement?.id === 'chat-field'").await;
    page.write("chat-field", &format!("{text}\n")).await;
}

/// Whether a text stands in an element.
fn says(test_id: &str, text: &str) -> String {
    format!(
        "return document.querySelector('[data-testid={test_id}]')?.innerText.includes('{text}') ?? false"
    )
}
