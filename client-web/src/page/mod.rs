//! The page: puts worker, picture, views and hands together.
//!
//! ```text
//! worker notes --> Game::take --> Session (interpolator, players) --> Game::draw, each animation frame
//! hands -------> Held ----------------------------------------------> controls --> worker
//!                                                       \-> Game::tell_views, ten times a second
//! ```

mod draw;
mod facts;
mod game;
mod notes;
mod session;
mod start;
mod stats;
mod storage;
mod worker;

use std::cell::RefCell;

use driftfield_shared::netcode::{LinkProfile, LinkProfileError};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use crate::hud::{self, Sheet};
use crate::input::listen;
use crate::link::PageMessage;
pub use game::Game;
pub use start::show_touch;

thread_local! {
    static GAME: RefCell<Option<Game>> = const { RefCell::new(None) };
}

/// What a button asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Command {
    /// Close whatever covers the world.
    Resume,
    /// Open the menu.
    Menu,
    /// Show the keys.
    Help,
    /// Open or close the network panel.
    Net,
    /// Give the keyboard back to the ship.
    Fly,
    /// Copy the room's address.
    Invite,
    /// Give up the seat.
    Leave,
    /// Back to the start screen.
    Back,
    /// Connect at once.
    TryNow,
    /// Load the page anew.
    Reload,
}

/// Starts the page with the compiled `module`, which the worker runs too.
///
/// # Errors
/// When the page is not the one that belongs to this module.
#[wasm_bindgen]
pub fn run_page(module: JsValue, worker_url: &str) -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        start::show_fault("The game has stopped, by an error of its own. Please reload the page.");
        start::show_world(false);
    }));
    let game = Game::new(&module, worker_url)?;
    hud::mount(start::element("hud")?, game.model());
    listen::start(game.canvas())?;
    GAME.with_borrow_mut(|slot| *slot = Some(game));
    stats::publish()?;
    start::take_over()?;
    draw::run()
}

/// Does what a button asks for.
pub fn command(wanted: Command) {
    with_game(|game| match wanted {
        Command::Resume => game.show_sheet(Sheet::None),
        Command::Menu => game.show_sheet(Sheet::Menu),
        Command::Help => game.show_sheet(Sheet::Help),
        Command::Net => {
            game.show_sheet(Sheet::None);
            game.toggle_net();
        }
        Command::Fly => game.focus_world(),
        Command::Invite => game.copy_invitation(),
        Command::Leave | Command::Back => game.leave(),
        Command::TryNow => game.post(&PageMessage::TryNow),
        Command::Reload => start::reload(),
    });
}

/// Puts a bad link between the game and its socket, given as the text of a
/// [`LinkProfile`]; an empty one takes it away.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn set_link(text: &str) -> Result<(), String> {
    let profile: LinkProfile = text.parse().map_err(|error: LinkProfileError| error.to_string())?;
    with_game(|game| game.set_link(profile));
    Ok(())
}

/// Sends input commands over a second socket, too, or no longer.
pub fn set_second_socket(is_wanted: bool) {
    with_game(|game| game.set_second_socket(is_wanted));
}

/// Runs `act` on the game, if it has started. Nothing that it does may come back here before it is done;
/// if something does, it is dropped rather than the page.
pub fn with_game<R>(act: impl FnOnce(&mut Game) -> R) -> Option<R> {
    GAME.with(|slot| slot.try_borrow_mut().ok()?.as_mut().map(act))
}

/// Calls `act` for each event of a kind, as long as the page lives.
///
/// # Errors
/// Never for a target that is one.
pub fn on<E: JsCast + wasm_bindgen::convert::FromWasmAbi + 'static>(
    target: &EventTarget,
    kind: &str,
    act: impl FnMut(E) + 'static,
) -> Result<(), JsValue> {
    let closure = Closure::<dyn FnMut(E)>::new(act);
    // Not passive: some events are kept from the browser, the Tab key for one.
    let options = web_sys::AddEventListenerOptions::new();
    options.set_passive(false);
    target.add_event_listener_with_callback_and_add_event_listener_options(
        kind,
        closure.as_ref().unchecked_ref(),
        &options,
    )?;
    closure.forget();
    Ok(())
}
