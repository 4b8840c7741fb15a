//! Why a reviewer overrules the machine: reasons that the pack lists, so that they can be counted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::diagnostic::{Diagnostics, Source};
use crate::yaml::{self, Spanned};

/// The file of the pack that lists them; a pack may do without, and then a note takes their place.
pub const FILE: &str = "rules/reasons.yaml";

/// The reasons that a reviewer may choose from, in the order of the file (改判理由).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Reasons(Vec<Reason>);

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Its id, which a decision names.
    pub id: String,
    /// Its Chinese name.
    pub title: String,
    /// Whether it says too little without a note.
    pub needs_note: bool,
    /// What it is for.
    #[serde(rename = "for")]
    pub about: Vec<About>,
}

/// What a reason is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Other points on an item.
    Item,
    /// A finding that is none, or is one after all.
    Finding,
    /// A veto that is not carried out, or is without having been proposed.
    Veto,
}

/// A reason as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonShape {
    id: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    needs_note: bool,
    #[serde(rename = "for")]
    about: Option<Spanned<Vec<About>>>,
}

impl Reasons {
    /// Reads the list; what is wrong with it goes to `diagnostics`.
    #[must_use]
    pub fn read(source: &Source, diagnostics: &mut Diagnostics) -> Self {
        let listed: Option<Vec<ReasonShape>> = diagnostics.keep(yaml::read(source));
        let mut reasons = Self::default();
        for shape in listed.unwrap_or_default() {
            reasons.check(source, &shape, diagnostics);
            reasons.0.push(Reason {
                id: shape.id.value,
                title: shape.title.value,
                needs_note: shape.needs_note,
                about: shape
                    .about
                    .map_or(vec![About::Item, About::Finding, About::Veto], |about| about.value),
            });
        }
        reasons
    }

    /// What is wrong with the next reason.
    fn check(&self, source: &Source, shape: &ReasonShape, diagnostics: &mut Diagnostics) {
        let id = shape.id.value.as_str();
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(is_plain) {
            let mistake = yaml::mistake(source, shape.id.referenced, format!("改判理由的编号“{id}”不能用"));
            diagnostics.push(mistake.help("编号只用小写字母、数字和 -,如 asr-error"));
        }
        if self.find(id).is_some() {
            let mistake = yaml::mistake(source, shape.id.referenced, format!("改判理由“{id}”列了两次"));
            diagnostics.push(mistake.help("每个理由只写一行"));
        }
        if shape.title.value.trim().is_empty() {
            let mistake = yaml::mistake(source, shape.title.referenced, format!("改判理由“{id}”没有名称"));
            diagnostics.push(mistake.help("title 写质检员看到的中文名称"));
        }
        if let Some(about) = shape.about.as_ref().filter(|about| about.value.is_empty()) {
            let mistake = yaml::mistake(source, about.referenced, format!("改判理由“{id}”哪里都不能用"));
            diagnostics.push(mistake.help("for 写 item、finding、veto 中的一个或几个；都能用就不写 for"));
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.0.iter()
    }

    /// The reason with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Reason> {
        self.0.iter().find(|reason| reason.id == id)
    }

    /// The ids of those that are for `about`, as a message lists them; none where there are none.
    pub(super) fn listed(&self, about: About) -> Option<String> {
        let fitting = self.0.iter().filter(|reason| reason.about.contains(&about));
        let shown: Vec<String> = fitting.map(|reason| format!("{}({})", reason.id, reason.title)).collect();
        (!shown.is_empty()).then(|| shown.join("、"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reasons, String> {
        let mut diagnostics = Diagnostics::default();
        let source = Source { path: FILE.to_owned(), text: text.to_owned() };
        let reasons = Reasons::read(&source, &mut diagnostics);
        diagnostics.settle().map(|()| reasons).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_reason_is_for_everything_unless_it_says_otherwise() {
        let reasons =
            read("- {id: a, title: 甲}\n- {id: b, title: 乙, needs_note: true, for: [item]}\n").unwrap();
        let [a, b] = ["a", "b"].map(|id| reasons.find(id).unwrap());
        assert_eq!((a.about.len(), a.needs_note), (3, false));
        assert_eq!((b.about.as_slice(), b.needs_note), (&[About::Item][..], true));
        assert_eq!(reasons.listed(About::Veto).as_deref(), Some("a(甲)"));
        assert_eq!(Reasons::default().listed(About::Item), None);
        let shown = serde_json::to_value(&reasons).unwrap();
        assert_eq!(
            shown[1],
            serde_json::json!({"id": "b", "title": "乙", "needs_note": true, "for": ["item"]})
        );
    }

    #[test]
    fn what_is_wrong_in_the_list_is_told_with_its_place() {
        for (text, told) in [
            ("- {id: a, title: 甲}\n- {id: a, title: 乙}\n", "rules/reasons.yaml:2:8: 改判理由“a”列了两次"),
            ("- {id: A b, title: 甲}\n", "rules/reasons.yaml:1:8: 改判理由的编号“A b”不能用"),
            ("- {id: '', title: 甲}\n", "rules/reasons.yaml:1:8: 改判理由的编号“”不能用"),
            ("- {id: a, title: ' '}\n", "rules/reasons.yaml:1:18: 改判理由“a”没有名称"),
            ("- {id: a, title: 甲, for: []}\n", "rules/reasons.yaml:1:26: 改判理由“a”哪里都不能用"),
            ("- {id: a, title: 甲, for: [items]}\n", "没有“items”这种写法，是不是想写“item”"),
            ("- {id: a, title: 甲, note: 要}\n", "没有“note”这一项"),
            ("- {id: a}\n", "缺少“title”"),
        ] {
            let mistakes = read(text).unwrap_err();
            assert!(mistakes.contains(told), "{text}{mistakes}");
        }
    }
}
