//! Wrong usage, said in Chinese.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::say;

/// Says what is wrong with the arguments, or shows the help that was asked for; the exit code of either.
pub(super) fn explain(error: &clap::Error) -> u8 {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let argument = named(ContextKind::InvalidArg);
    let message = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _nobody_reads = error.print();
            return 0;
        }
        ErrorKind::UnknownArgument => format!("不认识的参数 {argument}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", named(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (value, known) = (named(ContextKind::InvalidValue), named(ContextKind::ValidValue));
            let known = if known.is_empty() { known } else { format!("，可用的有 {known}") };
            match value.as_str() {
                "" => format!("参数 {argument} 缺少值{known}"),
                _ => format!("参数 {argument} 的值“{value}”无效{known}"),
            }
        }
        ErrorKind::ArgumentConflict => format!("参数 {argument} 重复，或与别的参数冲突"),
        _ => {
            let _nobody_reads = error.print();
            return 2;
        }
    };
    say(&format!("{message}\n用 --help 查看用法"));
    2
}
