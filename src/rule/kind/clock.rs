//! `clock`: the call or chat began at such a time of day, or on such a day of the week.

use jiff::civil::{DateTime, Time};
use serde::Deserialize;

use super::{Compiler, Condition};
use crate::rule::View;
use crate::rule::found::{Found, Lack};
use crate::yaml::Spanned;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ClockShape {
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    /// 1 is Monday.
    #[serde(default)]
    days: Vec<i8>,
}

#[derive(Debug)]
pub(in crate::rule) struct Clock {
    from: Option<Time>,
    to: Option<Time>,
    days: Vec<i8>,
}

impl ClockShape {
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Clock {
        let mut time = |written: &Option<Spanned<String>>| {
            let written = written.as_ref()?;
            let time = written.value.parse().ok();
            if time.is_none() {
                let message = format!("“{}”不是钟点", written.value);
                compiler.mistake(written.referenced, message, "加引号写成 \"08:30\"");
            }
            time
        };
        Clock { from: time(&self.from), to: time(&self.to), days: self.days.clone() }
    }
}

impl Condition for Clock {
    fn kind(&self) -> &'static str {
        "clock"
    }

    fn hears(&self) -> bool {
        false
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let Some(began) = scene.began() else { return Found::without(Lack::StartedAt) };
        Found::whether(self.holds(began))
    }
}

impl Clock {
    /// The end is excluded, and may lie behind midnight.
    pub(super) fn holds(&self, began: DateTime) -> bool {
        let time = began.time();
        let after = self.from.is_none_or(|from| time >= from);
        let before = self.to.is_none_or(|to| time < to);
        let over_midnight = self.from.zip(self.to).is_some_and(|(from, to)| to < from);
        let in_time = if over_midnight { after || before } else { after && before };
        in_time && (self.days.is_empty() || self.days.contains(&began.weekday().to_monday_one_offset()))
    }
}
