//! The store that a command is to use, and a runtime to speak with it.

use std::future::Future;
use std::path::PathBuf;

use super::CliError;
use crate::access::Actor;
use crate::config::{Layer, Settings};
use crate::store::Store;

/// The arguments of every command that works on a store.
#[derive(Debug, clap::Args)]
pub(super) struct StoreArgs {
    /// 配置文件 [缺省: ./zhijian.toml,没有则不读]
    #[arg(long, env = "ZHIJIAN_CONFIG", value_name = "文件")]
    config: Option<PathBuf>,
    /// 数据所在的目录,或 postgres:// 开头的地址;与 serve 的相同
    #[arg(long, env = "ZHIJIAN_DATA", value_name = "目录|地址", hide_env_values = true)]
    data: Option<String>,
}

impl StoreArgs {
    /// Opens the store and has `work` done with it.
    pub(super) fn with<T, F: Future<Output = Result<T, CliError>>>(
        self,
        work: impl FnOnce(Store) -> F,
    ) -> Result<T, CliError> {
        let layer = Layer { data: self.data, ..Layer::default() };
        let settings = Settings::read(self.config.as_deref(), layer)?;
        let missing =
            || CliError::Usage("没有指明数据在哪里：请加 --data 目录，或设 ZHIJIAN_DATA".to_owned());
        let place = settings.data.ok_or_else(missing)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(CliError::io("启动不了运行时"))?;
        runtime.block_on(async {
            let store = Store::open(&place).await?;
            let done = work(store.clone()).await;
            store.close().await;
            done
        })
    }
}

/// Whoever sits at the command line.
pub(super) fn operator() -> Actor {
    Actor::system("cli")
}
