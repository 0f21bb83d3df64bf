//! A short tone, by the [Web Audio API](https://www.w3.org/TR/webaudio-1.1/). Where there is none, nothing is heard.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use web_sys::AudioContext;

/// Two notes, one after the other: frequency in Hz.
const NOTES: [f32; 2] = [660.0, 880.0];
/// Seconds that each takes.
const NOTE_SECONDS: f64 = 0.12;
/// Quiet enough not to startle anybody.
const GAIN: f32 = 0.06;

thread_local! {
    /// Browsers allow a page few of them.
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Plays the tone.
pub fn play() {
    CONTEXT.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = AudioContext::new().ok();
        }
        // A tone that cannot be played is missed by nobody: the notice is shown, too.
        let _ = slot.as_ref().map(ring);
    });
}

fn ring(context: &AudioContext) -> Result<(), JsValue> {
    let (oscillator, gain) = (context.create_oscillator()?, context.create_gain()?);
    let (start, end) = (context.current_time(), NOTES.len() as f64 * NOTE_SECONDS);
    for (n, note) in NOTES.into_iter().enumerate() {
        oscillator.frequency().set_value_at_time(note, start + n as f64 * NOTE_SECONDS)?;
    }
    gain.gain().set_value_at_time(GAIN, start)?;
    // To nothing, so that it does not click.
    gain.gain().linear_ramp_to_value_at_time(0.0, start + end)?;
    oscillator.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    oscillator.start()?;
    oscillator.stop_with_when(start + end)
}
