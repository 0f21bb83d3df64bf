//! The page: connects worker, picture, views and input.
//!
//! ```text
//! worker notes --> Game::take --> Session (interpolator, players) --> Game::draw, each animation frame
//! hands -------> Held ----------------------------------------------> controls --> worker
//!                                                       \-> Game::tell_views, ten times a second
//! ```

mod account;
mod arrival;
mod browser;
mod chat;
mod figures;
mod game;
mod listen;
mod notices;
mod own_room;
mod party;
mod screen;
mod session;
mod settings;
mod shop;
mod start;
mod visit;
mod worker;

use std::cell::RefCell;

use driftfield_shared::protocol::PartyWish;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use crate::hud::{self, Command, Scale, Sheet};
use crate::net::PageMessage;
use crate::say;
use game::Game;

thread_local! {
    static GAME: RefCell<Option<Game>> = const { RefCell::new(None) };
}

/// Starts the page with the compiled `module`, which the worker runs too. `asked` is the promise of the answer to a request
/// for a ticket, if there was one. `tag` and `table` are of the language; `choose` is called with the tag of another
/// one, and then calls [`speak`].
///
/// # Errors
/// When the page is not the one that belongs to this module.
#[wasm_bindgen]
pub fn run_page(
    module: JsValue,
    worker_url: &str,
    words_url: &str,
    asked: Option<Promise>,
    tag: &str,
    table: &str,
    choose: Function,
) -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        start::show_stop();
    }));
    speak(tag, table)?;
    start::follow()?;
    let mut game = Game::new(&module, worker_url, words_url, choose)?;
    game.apply_settings();
    if let Some(asked) = asked {
        game.await_early_sign_in(&asked);
    }
    hud::handle_commands(handle);
    hud::mount(&start::element("hud")?, game.model());
    listen::start(game.canvas())?;
    GAME.with_borrow_mut(|slot| *slot = Some(game));
    figures::publish()?;
    arrival::listen()?;
    screen::run()
}

/// Speaks a language from now on, with the messages of a table.
///
/// # Errors
/// When the table is not of this build.
#[wasm_bindgen]
pub fn speak(tag: &str, table: &str) -> Result<(), JsValue> {
    say::speak(tag, table).map_err(|_| "no table of messages".into())
}

/// Performs a button's action.
fn handle(wanted: Command) {
    with_game(|game| match wanted {
        Command::Resume => game.show_sheet(Sheet::None),
        Command::Menu => game.show_sheet(Sheet::Menu),
        Command::Help => game.show_sheet(Sheet::Help),
        Command::Net => {
            game.show_sheet(Sheet::None);
            game.toggle_net();
        }
        Command::Larger => game.set_scale(Scale::larger),
        Command::Smaller => game.set_scale(Scale::smaller),
        Command::Fly => game.focus_world(),
        Command::Invite => game.copy_invitation(),
        Command::Leave => game.leave(),
        Command::Back => game.show_start(),
        Command::TryNow => game.post(&PageMessage::TryNow),
        Command::FlyHere => game.connect(),
        Command::Reload => start::reload(),
        Command::Account(page) => game.show_account(page),
        Command::UseWords => game.use_words(),
        Command::ChangeWords => game.change_words(),
        Command::DeleteAccount => game.delete_account(),
        Command::Notices => game.show_notices(),
        Command::ChooseNotices(kind, choice) => game.choose_notices(kind, choice),
        Command::OwnRoom => game.show_own_room(),
        Command::OpenRoom => game.open_room(),
        Command::CopyOwnRoom => game.copy_own_room(),
        Command::EnterOwnRoom => game.enter_own_room(),
        Command::Shop => game.toggle_shop(),
        Command::Outfit(item, price) => game.outfit(item, price),
        Command::Language(tag) => game.choose_language(tag),
        Command::Link(profile) => game.set_link(profile),
        Command::Settings => game.show_settings(),
        Command::Mask => game.toggle_mask(),
        Command::Still => game.toggle_still(),
        Command::Bind(action) => game.await_key(action),
        Command::ResetKeys => game.reset_keys(),
        Command::Rename => game.rename(),
        Command::OpenChat => game.open_chat(""),
        Command::CloseChat => game.close_chat(),
        Command::Say => game.say_typed(),
        Command::Typed => game.note_typed(),
        Command::Complete => game.complete(),
        Command::Recall(step) => game.recall(step),
        Command::Older => game.read_older(),
        Command::Whisper(line) => game.whisper(line),
        Command::Vote(vote, yes) => game.vote(vote, yes),
        Command::Retry(number) => game.retry(number),
        Command::Discard(number) => game.discard(number),
        Command::Party => game.show_party(),
        Command::OpenParty => game.wish_party(PartyWish::Open),
        Command::CopyParty(is_into_room) => game.copy_party(is_into_room),
        Command::RenewParty => game.wish_party(PartyWish::Renew),
        Command::LeaveParty => game.wish_party(PartyWish::Leave),
        Command::RemoveMember(member) => game.remove_member(member),
        Command::JoinMember(member) => game.join_member(member),
        Command::InviteFriend(friend) => game.invite_friend(friend),
        Command::AnswerParty(by, yes) => game.answer_party(by, yes),
        Command::Stay => drop(game.stay()),
        Command::Wheel => game.toggle_wheel(),
        Command::Phrase(place) => game.say_phrase(place),
    });
}

/// Runs `act` on the game, if it has started. `act` must not call this again; if it does, that inner call is dropped,
/// so that the page survives.
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
