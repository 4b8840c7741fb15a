//! Stub.
#![allow(missing_docs, reason = "x")]
mod cover;
use crate::transcript::Turn;
pub use cover::{Covered, cover};
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub start: u32,
    pub end: u32,
}
pub fn places(turns: &[Turn<'_>]) -> Vec<Vec<Place>> {
    turns.iter().map(|_| Vec::new()).collect()
}
pub fn masked(text: &str, _places: &[Place]) -> String {
    text.to_owned()
}
pub fn mask(text: &str) -> String {
    text.to_owned()
}
