//! `window.driftfield`, for tests and curious users: `stats()` returns the figures of the network panel and more as a
//! plain object; `set_link(text)` simulates a bad link and returns what is wrong with the text.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::hud::set_link;
use crate::page::{Game, with_game};

/// Puts `driftfield` on the window.
pub fn publish() -> Result<(), JsValue> {
    let stats = Closure::<dyn FnMut() -> JsValue>::new(|| {
        with_game(|game| game.stats_object().map_or(JsValue::NULL, JsValue::from))
            .unwrap_or(JsValue::NULL)
    });
    let driftfield = Object::new();
    set(&driftfield, "stats", stats.as_ref())?;
    stats.forget();
    let link = Closure::<dyn FnMut(JsValue) -> JsValue>::new(|text: JsValue| {
        let Some(text) = text.as_string() else { return "a link is given as a text".into() };
        set_link(&text).map_or_else(|error| error.to_string().into(), |()| JsValue::UNDEFINED)
    });
    set(&driftfield, "set_link", link.as_ref())?;
    link.forget();
    Reflect::set(&js_sys::global(), &"driftfield".into(), &driftfield)?;
    Ok(())
}

fn set(object: &Object, key: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &key.into(), value).map(|_| ())
}

impl Game {
    fn stats_object(&mut self) -> Result<Object, JsValue> {
        let now_ms = self.now_ms();
        let object = Object::new();
        let number = |key: &str, value: f64| set(&object, key, &value.into());
        number("ping_ms", self.stats.ping_micros as f64 / 1e3)?;
        number("fps", self.frames.per_second(now_ms))?;
        number("snapshots_per_s", self.snapshots.per_second(now_ms))?;
        number("bytes_per_s", self.bytes.per_second())?;
        number("corrections", self.stats.corrections as f64)?;
        number("inputs_late", self.stats.inputs_late as f64)?;
        number("inputs_in_time", self.stats.inputs_in_time as f64)?;
        number("predicted_ticks", self.stats.predicted_ticks as f64)?;
        number("snapshots_received", self.stats.snapshots_received as f64)?;
        number("snapshots_expected", self.stats.snapshots_expected as f64)?;
        number("input_margin_ticks", self.stats.input_margin_ticks.into())?;
        number("input_sockets", f64::from(1 + u8::from(self.has_second_socket)))?;
        number("kills_seen", self.kills_seen.into())?;
        number("pings_seen", self.chat.pings.seen().into())?;
        let asked = self.sent_controls.unwrap_or_default();
        number("thrust_x", asked.thrust.direction().x.into())?;
        number("thrust_y", asked.thrust.direction().y.into())?;
        set(&object, "connection", &self.connection.word().into())?;
        set(&object, "link", &self.model.bad_link.get_untracked().to_string().into())?;
        let session = self.session.as_ref();
        let frame = session.and_then(|session| session.frame.as_ref());
        number("tick", frame.map_or(0, |frame| frame.tick.0).into())?;
        number("visible_entities", frame.map_or(0, |frame| frame.visible_entities()) as f64)?;
        let delay_ms = session.map_or(0.0, |session| session.interpolator.delay_ms());
        number("interpolation_delay_ms", delay_ms)?;
        let own = session.and_then(|session| session.own_ship());
        set(&object, "alive", &own.is_some().into())?;
        let predicted = session.and_then(|session| session.predicted.as_ref()?.ship);
        let place = predicted.or(own.copied()).map(|ship| ship.position).unwrap_or_default();
        number("x", place.x.into())?;
        number("y", place.y.into())?;
        number("hit_points", own.map_or(0, |ship| ship.hit_points).into())?;
        let own_state = frame.map(|frame| &frame.own);
        number("credits", own_state.map_or(0, |own| own.credits).into())?;
        number("score", own_state.map_or(0, |own| own.score).into())?;
        let cargo: u32 = own_state.map_or(0, |own| own.hold.iter().copied().map(u32::from).sum());
        number("cargo", cargo.into())?;
        let ships = Array::new();
        let asteroids = Array::new();
        let text = |value: &str| JsValue::from(value);
        match session {
            Some(session) => {
                set(&object, "room", &text(&session.room))?;
                number("player", session.player.0.into())?;
                set(&object, "name", &text(&session.name(session.player)))?;
                for (_, ship) in frame.iter().flat_map(|frame| &frame.ships) {
                    let entry = Object::new();
                    set(&entry, "player", &ship.player.0.into())?;
                    set(&entry, "name", &text(&session.name(ship.player)))?;
                    set(&entry, "x", &ship.position.x.into())?;
                    set(&entry, "y", &ship.position.y.into())?;
                    ships.push(&entry);
                }
                for (_, asteroid) in frame.iter().flat_map(|frame| &frame.asteroids) {
                    let entry = Object::new();
                    set(&entry, "x", &asteroid.position.x.into())?;
                    set(&entry, "y", &asteroid.position.y.into())?;
                    asteroids.push(&entry);
                }
            }
            None => {
                set(&object, "room", &JsValue::NULL)?;
                set(&object, "player", &JsValue::NULL)?;
                set(&object, "name", &JsValue::NULL)?;
            }
        }
        set(&object, "ships", &ships)?;
        set(&object, "asteroids", &asteroids)?;
        Ok(object)
    }
}
