//! Stage 9: the human decision.

mod risk;

pub use risk::{Risk, RuleRisk, risk};
