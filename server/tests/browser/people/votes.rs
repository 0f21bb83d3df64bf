//! A room sends somebody out.

use super::{say, says};
use crate::driver::Driver;
use crate::serve_with_bots;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_players_vote_a_fourth_out_who_reads_why_and_the_room_reads_how_it_went() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve_with_bots(0).await;
    let url = format!("http://{server}/#room=frontier");
    let ada = driver.open_large(&url).await;
    let (bo, cy, eve) = (driver.open(&url).await, driver.open(&url).await, driver.open(&url).await);
    for (page, name) in [(&ada, "Ada"), (&bo, "Bo"), (&cy, "Cy"), (&eve, "Eve")] {
        page.play(name).await;
    }
    say(&ada, "/votekick Eve rams everybody").await;
    // Who is asked has a button for each answer in the open chat, and words for them.
    let question = says("chat-lines", "Ada wants the room to send Eve out");
    bo.wait_for("the question", &question).await;
    bo.press('\u{e007}').await;
    bo.wait_for("the chat", "return document.activeElement?.id === 'chat-field'").await;
    ada.screenshot("vote").await;
    bo.click("vote-yes").await;
    cy.wait_for("the question", &question).await;
    say(&cy, "/yes").await;
    let end = "The players of this room voted you out";
    eve.wait_for("the end", &format!("return document.body.innerText.includes('{end}')")).await;
    for page in [&ada, &bo, &cy] {
        page.wait_for("the result", &says("chat-lines", "The room has sent Eve out")).await;
    }
    eve.screenshot("voted-out").await;
    for page in [ada, bo, cy, eve] {
        page.close().await;
    }
}
