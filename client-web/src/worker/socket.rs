//! One WebSocket with its callbacks. What comes from a socket that was replaced is ignored.

use driftfield_shared::protocol::Greeting;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::with_connection;

/// An open or opening socket; dropping it closes it.
pub struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens a socket for what `greeting` says, whose events carry `number`.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: &str, greeting: &Greeting, number: u32) -> Result<Self, JsValue> {
        let protocols: Array = greeting.protocols().iter().map(JsValue::from).collect();
        let socket = WebSocket::new_with_str_sequence(url, &protocols)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = Closure::new(move || with_connection(|c| c.handle_open(number)));
        let on_message = Closure::new(move |event: MessageEvent| {
            // Text is not the game's protocol: it arrives as no bytes at all, which is refused.
            let bytes = event
                .data()
                .dyn_ref::<ArrayBuffer>()
                .map_or_else(Vec::new, |buffer| Uint8Array::new(buffer).to_vec());
            with_connection(|c| c.handle_message(number, bytes));
        });
        let on_close = Closure::new(move |event: CloseEvent| {
            with_connection(|c| c.handle_close(number, event.code()));
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Socket { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Sends one binary message. A socket that is closing drops it, as it should.
    pub fn send(&self, bytes: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            // Fails only in states that were just ruled out.
            let _ = self.socket.send_with_u8_array(bytes);
        }
    }

    /// Closes it; what it still reports is of no interest.
    pub fn close(&self) {
        // Fails only for a code that may not be used, and this one may.
        let _ = self.socket.close_with_code(1000);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.close();
    }
}
