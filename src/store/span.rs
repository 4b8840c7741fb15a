//! Which reviews figures are about.

use super::db::Value;

/// Which reviews count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The rubric's id; all rubrics where there is none.
    pub rubric: Option<String>,
    /// Digest of the pack that judged; all packs where there is none.
    pub pack: Option<String>,
    /// From this day of the call on, `2026-11-21`.
    pub from: Option<String>,
    /// Up to and with this day.
    pub to: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The agent's number.
    pub agent: Option<String>,
}

impl Span {
    /// The submitted reviews that are asked for, as `r`, beside a table `x` of what they came to, and the values for that.
    pub(super) fn submitted(&self) -> (String, Vec<Value>) {
        let (conditions, values) = self.reviews();
        (format!("JOIN reviews r ON r.draft = x.draft AND r.state = 'submitted'{conditions}"), values)
    }

    /// The conditions on reviews `r`, each after an AND, and the values for that.
    pub(super) fn reviews(&self) -> (String, Vec<Value>) {
        let (mut sql, mut values) = (String::new(), Vec::new());
        let conditions = [
            ("r.rubric = ?", &self.rubric),
            ("r.day >= ?", &self.from),
            ("r.day <= ?", &self.to),
            ("r.team = ?", &self.team),
            ("r.agent = ?", &self.agent),
            ("r.pack = ?", &self.pack),
        ];
        for (condition, value) in conditions {
            if let Some(value) = value {
                values.push(Value::from(value));
                sql.push_str(&format!(" AND {}", condition.replace('?', &format!("${}", values.len()))));
            }
        }
        (sql, values)
    }
}
