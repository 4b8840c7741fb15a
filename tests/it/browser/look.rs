//! How a page is looked at: on which screen, in which colours, on paper; and pictures of it.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Browser;

/// What the system asks of pages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    colours: Colours,
    on_paper: bool,
    /// No animations: what is measured must stand still.
    still: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Colours {
    #[default]
    Light,
    Dark,
}

impl Browser {
    /// Gives the page so many pixels; at the beginning it has what a window of 1366 × 768 leaves it.
    pub(crate) async fn viewport(&self, width: u32, height: u32) {
        self.screen(width, height, 1).await;
    }

    /// Enlarges everything to 200 %: the page of a window of this size has half the room.
    pub(crate) async fn zoom_to_200_percent(&self, width: u32, height: u32) {
        self.screen(width / 2, height / 2, 2).await;
    }

    async fn screen(&self, width: u32, height: u32, scale: u32) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.wire.chromium("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// The colours that the system asks for.
    pub(crate) async fn colours(&self, colours: Colours) {
        self.look_at(Look { colours, ..self.look.get() }).await;
    }

    /// The same page with its styles for paper, or again with those for the screen.
    pub(crate) async fn on_paper(&self, on_paper: bool) {
        self.look_at(Look { on_paper, ..self.look.get() }).await;
    }

    /// Has a page stand still, which it does where somebody asks for less motion.
    pub(super) async fn still(&self, still: bool) {
        self.look_at(Look { still, ..self.look.get() }).await;
    }

    pub(super) fn colours_now(&self) -> Colours {
        self.look.get().colours
    }

    async fn look_at(&self, look: Look) {
        let scheme = if look.colours == Colours::Dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": if look.still { "reduce" } else { "" }},
        ]);
        let media = if look.on_paper { "print" } else { "" };
        self.wire.chromium("Emulation.setEmulatedMedia", json!({"media": media, "features": features})).await;
        self.look.set(look);
    }

    /// A picture of what is in view, as a PNG file.
    pub(crate) async fn screenshot(&self, file: &Path) {
        self.picture(file, json!({"format": "png"})).await;
    }

    /// A picture of the whole page, however long.
    pub(crate) async fn screenshot_of_all(&self, file: &Path) {
        let size = self.wire.chromium("Page.getLayoutMetrics", json!({})).await["cssContentSize"].take();
        let (width, height) = (&size["width"], &size["height"]);
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        self.picture(file, json!({"format": "png", "captureBeyondViewport": true, "clip": clip})).await;
    }

    async fn picture(&self, file: &Path, how: Value) {
        let taken = self.wire.chromium("Page.captureScreenshot", how).await;
        std::fs::write(file, decoded(&taken["data"])).expect("a file for the picture");
    }

    /// The page as it comes from a printer, with its colours, as PDF.
    pub(crate) async fn printed(&self) -> Vec<u8> {
        let how = json!({"printBackground": true, "preferCSSPageSize": true});
        decoded(&self.wire.chromium("Page.printToPDF", how).await["data"])
    }
}

fn decoded(data: &Value) -> Vec<u8> {
    STANDARD.decode(data.as_str().unwrap()).unwrap()
}
