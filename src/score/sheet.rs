//! What a reviewer fills in: a rubric without its rules, kept beside the drafts that were made by it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Item, NaPolicy, Points, Rubric, Scoring, Terms, VetoScope};

/// A rubric as a reviewer sees it: items with the values that they may have, vetoes, and how points become a total.
///
/// Plain data, the same for every draft of one rubric by one pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sheet {
    /// The rubric's id.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// The version that its file states.
    pub version: String,
    /// How points become a total.
    pub terms: Terms,
    /// Its sections; items name them by their index.
    pub sections: Vec<SheetSection>,
    /// Its items, in the order of the file, those included that only stand in the place of another.
    pub items: Vec<SheetItem>,
    /// Its vetoes.
    pub vetoes: Vec<SheetVeto>,
}

/// A part of a rubric (大项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetSection {
    /// Its id, which a veto may name.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
}

/// One item, and what a reviewer may give on it (评分项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetItem {
    /// Its id.
    pub id: String,
    /// Index of its section.
    pub section: usize,
    /// Its Chinese name.
    pub title: String,
    /// Most points that it can give; 0 for bonuses and deductions.
    #[schema(value_type = f64)]
    pub max: Points,
    /// What becomes of it where it does not apply.
    pub na: NaPolicy,
    /// What only the recording tells.
    pub listen: Option<String>,
    /// Index of the item in whose place it stands, for the transcripts that it is about.
    pub instead_of: Option<usize>,
    /// The points that it may be given.
    pub values: Values,
}

/// The points that an item may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Those of one of these levels, as the file has them.
    Levels(Vec<SheetLevel>),
    /// Anything from nothing to so many points: an item without levels.
    #[schema(value_type = f64)]
    UpTo(Points),
    /// From nothing to so many points on top.
    Bonus {
        /// How many.
        #[schema(value_type = f64)]
        points: Points,
    },
    /// Points off: nothing or less, written as a negative number.
    Deduct {
        /// How many for one occurrence.
        #[schema(value_type = f64)]
        points: Points,
        /// What is counted: 次, 单.
        unit: String,
        /// Never more than this in all.
        #[schema(value_type = Option<f64>)]
        cap: Option<Points>,
    },
}

/// One level of an item (档位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetLevel {
    /// Its points.
    #[schema(value_type = f64)]
    pub score: Points,
    /// What it demands.
    pub text: String,
}

/// What a reviewer may let zero an item, a section or the call (否决).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetVeto {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// What it zeroes.
    pub scope: SheetScope,
    /// The id of the item or section that it zeroes.
    pub target: Option<String>,
}

/// The sort of thing that a veto zeroes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetScope {
    /// One item.
    Item,
    /// One section.
    Section,
    /// Everything.
    Call,
}

impl Sheet {
    /// What there is to fill in of `rubric`.
    #[must_use]
    pub fn of(rubric: &Rubric) -> Self {
        let section =
            |section: &super::Section| SheetSection { id: section.id.clone(), title: section.title.clone() };
        Self {
            id: rubric.id.clone(),
            title: rubric.title.clone(),
            version: rubric.version.clone(),
            terms: rubric.terms.clone(),
            sections: rubric.sections.iter().map(section).collect(),
            items: rubric.items.iter().map(SheetItem::of).collect(),
            vetoes: rubric.vetoes.iter().map(|veto| SheetVeto::of(rubric, veto)).collect(),
        }
    }

    /// The number of the item with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.items.iter().position(|item| item.id == id)
    }

    /// What the veto with this id zeroes; none where there is no such veto, or not what it names.
    #[must_use]
    pub fn scope(&self, id: &str) -> Option<VetoScope> {
        let veto = self.vetoes.iter().find(|veto| veto.id == id)?;
        match veto.scope {
            SheetScope::Item => self.position(veto.target.as_deref()?).map(VetoScope::Item),
            SheetScope::Section => {
                let target = veto.target.as_deref()?;
                self.sections.iter().position(|section| section.id == target).map(VetoScope::Section)
            }
            SheetScope::Call => Some(VetoScope::Call),
        }
    }
}

impl SheetItem {
    fn of(item: &Item) -> Self {
        let values = match &item.scoring {
            Scoring::Levels { max, levels } if levels.is_empty() => Values::UpTo(*max),
            Scoring::Levels { levels, .. } => {
                let level =
                    levels.iter().map(|level| SheetLevel { score: level.score, text: level.text.clone() });
                Values::Levels(level.collect())
            }
            Scoring::Bonus { points, .. } => Values::Bonus { points: *points },
            Scoring::Deduct(terms) => {
                Values::Deduct { points: terms.points, unit: terms.unit.clone(), cap: terms.cap }
            }
        };
        Self {
            id: item.id.clone(),
            section: item.section,
            title: item.title.clone(),
            max: item.max(),
            na: item.na,
            listen: item.listen.clone(),
            instead_of: item.instead_of,
            values,
        }
    }
}

impl SheetVeto {
    fn of(rubric: &Rubric, veto: &super::Veto) -> Self {
        let (scope, target) = match veto.scope {
            VetoScope::Item(item) => (SheetScope::Item, Some(rubric.items[item].id.clone())),
            VetoScope::Section(section) => (SheetScope::Section, Some(rubric.sections[section].id.clone())),
            VetoScope::Call => (SheetScope::Call, None),
        };
        Self { id: veto.id.clone(), title: veto.title.clone(), scope, target }
    }
}

impl Values {
    /// Whether an item may be given so many points.
    #[must_use]
    pub fn allow(&self, points: Points) -> bool {
        match self {
            Self::Levels(levels) => levels.iter().any(|level| level.score == points),
            Self::UpTo(most) | Self::Bonus { points: most } => points >= Points::ZERO && points <= *most,
            Self::Deduct { cap, .. } => points <= Points::ZERO && cap.is_none_or(|cap| points >= -cap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: f64) -> Points {
        Points::try_from(value).unwrap()
    }

    #[test]
    fn an_item_takes_the_points_of_its_levels_or_of_its_range() {
        let level = |score| SheetLevel { score: points(score), text: String::new() };
        let deduct = |cap: Option<f64>| Values::Deduct {
            points: points(3.0),
            unit: "次".to_owned(),
            cap: cap.map(points),
        };
        for (values, allowed, refused) in [
            (Values::Levels(vec![level(2.0), level(0.5)]), vec![2.0, 0.5], vec![0.0, 1.0, -0.5]),
            (Values::UpTo(points(2.0)), vec![0.0, 1.25, 2.0], vec![-0.01, 2.01]),
            (Values::Bonus { points: points(1.0) }, vec![0.0, 1.0], vec![-1.0, 1.01]),
            (deduct(Some(5.0)), vec![0.0, -3.0, -5.0], vec![0.01, -5.01]),
            (deduct(None), vec![0.0, -300.0], vec![3.0]),
        ] {
            assert!(allowed.iter().all(|value| values.allow(points(*value))), "{values:?}");
            assert!(!refused.iter().any(|value| values.allow(points(*value))), "{values:?}");
        }
    }

    #[test]
    fn values_read_as_the_keys_of_a_rubric_file() {
        let shown = |values: &Values| serde_json::to_string(values).unwrap();
        let level = SheetLevel { score: points(2.0), text: "好".to_owned() };
        assert_eq!(shown(&Values::Levels(vec![level])), r#"{"levels":[{"score":2.0,"text":"好"}]}"#);
        assert_eq!(shown(&Values::UpTo(points(1.5))), r#"{"up_to":1.5}"#);
        assert_eq!(shown(&Values::Bonus { points: points(1.0) }), r#"{"bonus":{"points":1.0}}"#);
        let deduct = Values::Deduct { points: points(3.0), unit: "次".to_owned(), cap: None };
        assert_eq!(shown(&deduct), r#"{"deduct":{"points":3.0,"unit":"次","cap":null}}"#);
    }
}
