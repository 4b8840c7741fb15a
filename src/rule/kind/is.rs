//! `is`: a condition that the rule has defined under a name.

use serde::Deserialize;

use super::{Compiler, Condition};
use crate::yaml::{self, Spanned};

/// The name.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::rule) struct IsShape(Spanned<String>);

impl IsShape {
    /// Compiles what the name stands for; a definition may use those above it, and so never itself.
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Option<Box<dyn Condition>> {
        let Spanned { value: name, referenced } = &self.0;
        let known = compiler.defined;
        let Some(at) = known.iter().position(|(defined, _)| defined == name) else {
            let near = yaml::nearest(name, known.iter().map(|(defined, _)| defined.as_str()));
            let help = near
                .map_or("先在 define 里写出它；只能用写在前面的".to_owned(), |near| {
                    format!("是不是想写 {near}")
                });
            compiler.mistake(*referenced, format!("没有定义过“{name}”"), help);
            return None;
        };
        compiler.defined = &known[..at];
        let condition = known[at].1.compile(compiler);
        compiler.defined = known;
        Some(condition)
    }
}
