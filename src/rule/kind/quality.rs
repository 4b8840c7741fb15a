//! `quality`: what can be trusted of the transcript.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::detect::{RolesQuality, TimesQuality};
use crate::rule::View;
use crate::rule::found::Found;
use crate::yaml::OneOrMany;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct QualityShape {
    roles: Option<OneOrMany<RolesQuality>>,
    times: Option<OneOrMany<TimesQuality>>,
    scorable: Option<bool>,
}

#[derive(Debug)]
pub(in crate::rule) struct QualityDemand {
    roles: Option<Vec<RolesQuality>>,
    times: Option<Vec<TimesQuality>>,
    scorable: Option<bool>,
}

impl QualityShape {
    pub(super) fn compile(&self, _compiler: &mut Compiler<'_>) -> QualityDemand {
        QualityDemand {
            roles: self.roles.as_ref().map(|roles| roles.as_slice().to_vec()),
            times: self.times.as_ref().map(|times| times.as_slice().to_vec()),
            scorable: self.scorable,
        }
    }
}

impl Condition for QualityDemand {
    fn kind(&self) -> &'static str {
        "quality"
    }

    fn hears(&self) -> bool {
        false
    }

    fn test(&self, scene: &View<'_, '_>) -> Found {
        let quality = &scene.quality;
        Found::whether(
            self.roles.as_ref().is_none_or(|roles| roles.contains(&quality.roles))
                && self.times.as_ref().is_none_or(|times| times.contains(&quality.times))
                && self.scorable.is_none_or(|scorable| quality.unscorable.is_none() == scorable),
        )
    }
}
