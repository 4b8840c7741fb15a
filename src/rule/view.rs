//! What a condition sees: the scene, and what other rules say about it.

use std::cell::OnceCell;
use std::ops::Deref;

use super::{Found, Rule, RuleId};
use crate::detect::Scene;

/// A scene together with the rules that are being tested on it.
#[derive(Debug)]
pub struct View<'v, 't> {
    scene: &'v Scene<'t>,
    rules: &'v [Rule],
    /// By rule what was found, so that each is tested once, however many refer to it.
    tested: Vec<OnceCell<Found>>,
}

impl<'v, 't> View<'v, 't> {
    /// A view in which nothing has been tested yet.
    #[must_use]
    pub fn new(scene: &'v Scene<'t>, rules: &'v [Rule]) -> Self {
        Self { scene, rules, tested: vec![OnceCell::new(); rules.len()] }
    }

    /// What a rule says; a pack in which rules refer to each other in a circle does not load.
    #[must_use]
    pub fn found(&self, id: RuleId) -> &Found {
        let at = id.0 as usize;
        self.tested[at].get_or_init(|| self.rules[at].test(self))
    }

    /// By rule what was found, as far as it has been tested.
    #[must_use]
    pub fn into_tested(self) -> Vec<Option<Found>> {
        self.tested.into_iter().map(OnceCell::into_inner).collect()
    }
}

impl<'t> Deref for View<'_, 't> {
    type Target = Scene<'t>;

    fn deref(&self) -> &Scene<'t> {
        self.scene
    }
}
