//! `zhijian serve`: loads the pack, opens the port, and stops in order when told to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{CliError, Outcome, say};
use crate::config::{Layer, Settings};
use crate::http::{self, App, Archive};
use crate::shelf::Shelf;
use crate::store::{Place, Store};
use crate::telemetry;

/// The arguments of `zhijian serve`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// 配置文件 [缺省: ./zhijian.toml,没有则不读]
    #[arg(long, env = "ZHIJIAN_CONFIG", value_name = "文件")]
    config: Option<PathBuf>,
    /// Everything that a file can set as well.
    #[command(flatten)]
    layer: Layer,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the pack is broken, the settings are wrong, or the port cannot be opened.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let settings = Settings::read(args.config.as_deref(), args.layer)?;
    let shelf = Shelf::open(settings.pack_root().map(Path::to_owned))?;
    telemetry::start_logs(&settings.log)?;
    telemetry::silence_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::io("启动不了运行时"))?;
    let result = runtime.block_on(serve(App::new(shelf, &settings), &settings));
    // What is still running after the deadline of the server is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result.map(|()| Outcome::Fine)
}

async fn serve(app: App, settings: &Settings) -> Result<(), CliError> {
    let app = Arc::new(match &settings.data {
        Some(place) => app.keeping(open(place, settings).await?),
        None => app,
    });
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::io("接不到停止信号"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::io("接不到停止信号"))?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(CliError::io(format!("监听不了 {}", settings.listen)))?;
    let address = listener.local_addr().map_err(CliError::io("取不到监听地址"))?;
    tracing::info!(%address, pack = app.shelf.pack().digest(), "listening");
    if settings.reload > Duration::ZERO && app.shelf.root().is_some() {
        tokio::spawn(http::reload(app.clone(), settings.reload));
    }
    if settings.data.is_some() {
        http::work(&app);
    }
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    http::serve(listener, app.clone(), settings.shutdown, stop).await;
    app.close().await;
    Ok(())
}

/// Opens the store, and tells how the first administrator comes in.
async fn open(place: &Place, settings: &Settings) -> Result<Archive, CliError> {
    let archive = Archive::open(Store::open(place).await?, settings).await?;
    if let Some(code) = archive.set_up_code() {
        say(&format!(
            "还没有任何人员。请建立第一个管理员：POST /api/v1/setup，代码（仅本次启动有效）：{}\n或者用命令：zhijian user add 登录名 --role admin",
            code.reveal()
        ));
    }
    Ok(archive)
}
