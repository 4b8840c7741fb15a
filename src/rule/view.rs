//! What a condition sees: the scene, and what other rules say about it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;

use super::{Found, Rule, RuleId};
use crate::detect::Scene;

/// A scene together with the rules that are being tested on it.
#[derive(Debug)]
pub struct View<'v, 't> {
    scene: &'v Scene<'t>,
    rules: &'v [Rule],
    /// What has been tested, so that a rule to which many refer is tested once.
    tested: RefCell<BTreeMap<RuleId, Found>>,
}

impl<'v, 't> View<'v, 't> {
    /// A view in which nothing has been tested yet.
    #[must_use]
    pub fn new(scene: &'v Scene<'t>, rules: &'v [Rule]) -> Self {
        Self { scene, rules, tested: RefCell::default() }
    }

    /// What a rule says; a pack in which rules refer to each other in a circle does not load.
    #[must_use]
    pub fn found(&self, id: RuleId) -> Found {
        if let Some(found) = self.tested.borrow().get(&id) {
            return found.clone();
        }
        let rule = &self.rules[id.0 as usize];
        let found = rule.test(self);
        if rule.is_needed {
            self.tested.borrow_mut().insert(id, found.clone());
        }
        found
    }
}

impl<'t> Deref for View<'_, 't> {
    type Target = Scene<'t>;

    fn deref(&self) -> &Scene<'t> {
        self.scene
    }
}
