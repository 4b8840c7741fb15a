//! Pages as people meet them: a real Chromium before a running server, worked by its keyboard.
//!
//! A test starts a server, has a [`Browser`] come to it, opens a page, presses keys, and waits for what must appear.
//! Whoever sits at a desk has to `leave` it, which asks whether anything went wrong or anybody else was asked for
//! anything: a test that forgets it fails. Everything about one browser ends with its test.

mod accessible;
mod axe;
mod complaints;
mod desk;
mod docs_page;
mod driver;
mod input_method;
mod keyboard;
mod leading;
mod look;
mod network;
mod page;
mod proof;
mod reviewing;
mod screenshots;
mod stage;
mod trouble;
mod wire;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use serde_json::json;

use self::complaints::Complaint;
use self::driver::Driver;
use self::keyboard::Pressed;
use self::look::Look;
use self::network::Request;
use self::wire::Wire;
use crate::crew::Caller;

/// A browser with one window and a profile of its own, before one server.
pub(crate) struct Browser {
    wire: Wire,
    origin: String,
    pressed: Cell<Pressed>,
    look: Cell<Look>,
    /// What has been read from the browser's logs so far, which it tells once.
    requests: RefCell<Vec<Request>>,
    complaints: RefCell<Vec<Complaint>>,
    /// Whether it has still to be asked how it went.
    must_leave: Cell<bool>,
    /// Ends last.
    driver: Driver,
}

impl Browser {
    /// Starts a browser that will open pages of the server at `address`.
    pub(crate) async fn before(address: SocketAddr) -> Self {
        let driver = Driver::start();
        let wire = Wire::open(driver.port, driver.wanted()).await;
        let (requests, complaints) = (RefCell::default(), RefCell::default());
        let (pressed, look, must_leave) = (Cell::default(), Cell::default(), Cell::default());
        let origin = format!("http://{address}");
        Self { wire, origin, pressed, look, requests, complaints, must_leave, driver }
    }

    /// Goes on with another server, as when the first was killed; cookies do not know ports and stay.
    pub(crate) fn turn_to(&mut self, address: SocketAddr) {
        self.origin = format!("http://{address}");
    }

    /// Opens a page of the server and waits until it is loaded.
    pub(crate) async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        let opened = self.wire.send("url", json!({ "url": url })).await;
        opened.unwrap_or_else(|error| panic!("{url} does not open: {error}"));
        // On a busy machine the driver says too early that a page is there.
        self.wait_until("document.readyState === 'complete'").await;
    }

    /// Brings in somebody who has logged in already.
    pub(crate) async fn come_as(&self, caller: &Caller) {
        let (name, value) = caller.proof.1.split_once('=').expect("somebody with a session");
        let cookie = json!({"name": name, "value": value, "url": self.origin, "httpOnly": true});
        self.wire.chromium("Network.setCookie", cookie).await;
    }

    /// Ends a test: nothing has gone wrong but what is expected, and nobody but the server was asked for anything.
    pub(crate) async fn leave(self, expected: &[&str]) {
        self.must_leave.set(false);
        self.only_own_origin().await;
        self.no_complaints_but(expected).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        assert!(!self.must_leave.get() || std::thread::panicking(), "a test at the desk ends with `leave`");
    }
}
