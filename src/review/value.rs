//! What items come to: by the machine, by the human, and in the end.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Review, Subject};
use crate::draft::ItemOutcome;
use crate::score::Points;

/// What an item comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct ItemValue {
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Its points; null where it is open, or dropped because it does not apply.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Points>,
}

impl ItemValue {
    /// A human decides.
    pub(super) const OPEN: Self = Self { outcome: ItemOutcome::Human, score: None };

    /// So many points.
    #[must_use]
    pub fn score(points: Points) -> Self {
        Self { outcome: ItemOutcome::Score, score: Some(points) }
    }

    /// It does not apply, and gives so many points; none where it is dropped.
    #[must_use]
    pub fn not_applicable(points: Option<Points>) -> Self {
        Self { outcome: ItemOutcome::NotApplicable, score: points }
    }

    /// Whether it is still to be decided.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self.outcome, ItemOutcome::Human | ItemOutcome::NotMeasurable)
    }
}

/// One item: what the machine says, what the human says, and what holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemValues {
    /// Its id.
    pub id: String,
    /// What the machine proposes, or why it does not.
    pub machine: ItemValue,
    /// What the human has decided; null where nothing was.
    pub human: Option<ItemValue>,
    /// The human's value, else the machine's; null while it is open, also because the findings on which the machine's rests
    /// were rejected.
    #[serde(rename = "final")]
    pub settled: Option<ItemValue>,
}

impl Review {
    /// Every item of the draft in its order, with the values of both and the one that holds.
    #[must_use]
    pub fn items(&self) -> Vec<ItemValues> {
        let values = |item: &super::MachineItem| {
            let machine = item.value();
            let human =
                self.decisions.get(&Subject::Item(item.id.clone())).and_then(|decision| self.given(decision));
            let proposed = Some(machine).filter(|_| !self.has_fallen(item));
            let settled = human.or(proposed).filter(|value| !value.is_open());
            ItemValues { id: item.id.clone(), machine, human, settled }
        };
        self.machine.items.iter().map(values).collect()
    }
}
