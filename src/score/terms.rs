//! The terms of a rubric: how the points of its items become a total. Plain data, so that a total can be worked out
//! again without the pack.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Points;

/// How the points of items become a total.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// Points before any item.
    #[schema(value_type = f64)]
    pub base: Points,
    /// Lowest total.
    #[schema(value_type = Option<f64>)]
    pub floor: Option<Points>,
    /// Full points after scaling.
    #[schema(value_type = Option<f64>)]
    pub scale_to: Option<Points>,
    /// The scaled total from which a call passes.
    #[schema(value_type = Option<f64>)]
    pub pass: Option<Points>,
    /// Bands of the scaled total, the highest first.
    pub bands: Vec<Band>,
    /// For each section what its full points are worth in the scaled total; without weights, points are points.
    #[schema(value_type = Vec<Option<f64>>)]
    pub weights: Vec<Option<Points>>,
}

/// A range of totals with a name (等级).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its lowest total.
    #[schema(value_type = f64)]
    pub at_least: Points,
    /// Its name.
    pub title: String,
}

impl Terms {
    /// The points, or the floor where they are below it.
    pub(super) fn at_least_floor(&self, points: Points) -> Points {
        self.floor.map_or(points, |floor| points.max(floor))
    }

    /// The name of the band in which the points lie.
    pub(super) fn band(&self, points: Points) -> Option<&str> {
        self.bands.iter().find(|band| points >= band.at_least).map(|band| band.title.as_str())
    }

    /// Whether sections count by their weights.
    pub(super) fn is_weighted(&self) -> bool {
        self.weights.iter().any(Option::is_some)
    }
}
