//! Which settings and which pack a command is to use.

use std::path::PathBuf;

use super::CliError;
use crate::config::{Layer, LimitsLayer, Settings};

/// The arguments of every command that loads a pack and serves nobody.
#[derive(Debug, clap::Args)]
pub(super) struct PackArgs {
    /// 配置文件 [缺省: ./zhijian.toml,没有则不读]
    #[arg(long, env = "ZHIJIAN_CONFIG", value_name = "文件")]
    config: Option<PathBuf>,
    /// 规则包目录(含 lexicons/ 与 rules/)[缺省: 当前目录有则用之,否则用程序自带的]
    #[arg(long, env = "ZHIJIAN_PACK", value_name = "目录")]
    pack: Option<PathBuf>,
}

impl PackArgs {
    /// The settings, with these limits over those of the file.
    pub(super) fn settings(self, limits: LimitsLayer) -> Result<Settings, CliError> {
        let layer = Layer { pack: self.pack, limits, ..Layer::default() };
        Ok(Settings::read(self.config.as_deref(), layer)?)
    }
}
