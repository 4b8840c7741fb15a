//! `zhijian serve`: loads the pack, opens the port, and stops in order when told to.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{CliError, Outcome, demo, print, say};
use crate::access::Secret;
use crate::config::{Layer, Settings};
use crate::demo::Demo;
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
    /// 演示:临时的数据,装好虚构的对话、复核和各种角色的账号,停止时删除;不能和 --data 一起用
    #[arg(long)]
    demo: bool,
    /// Everything that a file can set as well.
    #[command(flatten)]
    layer: Layer,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the pack is broken, the settings are wrong, or the port cannot be opened.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let mut settings = Settings::read(args.config.as_deref(), args.layer)?;
    // Goes with all that is in it when the server has stopped, however it comes to that.
    let folder = if args.demo { Some(demo::folder(&settings)?) } else { None };
    if let Some(folder) = &folder {
        settings.data = Some(Place::Folder(folder.path().join("data")));
    }
    let shelf = Shelf::open(settings.pack_root().map(Path::to_owned))?;
    telemetry::start_logs(&settings.log)?;
    telemetry::silence_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::io("启动不了运行时"))?;
    let result = runtime.block_on(serve(App::new(shelf, &settings), &settings, args.demo));
    // What is still running after the deadline of the server is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result.map(|()| Outcome::Fine)
}

async fn serve(app: App, settings: &Settings, is_demo: bool) -> Result<(), CliError> {
    let mut stop = pin!(told_to_stop()?);
    let Opened { app, demo, code } = tokio::select! {
        opened = open(app, settings, is_demo) => opened?,
        () = &mut stop => return Ok(()),
    };
    let app = Arc::new(app);
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(CliError::io(format!("监听不了 {}", settings.listen)))?;
    let address = listener.local_addr().map_err(CliError::io("取不到监听地址"))?;
    if let Some(code) = code {
        say(&first_steps(address, code.reveal()));
    }
    tracing::info!(%address, pack = app.shelf.pack().digest(), "listening");
    if let Some(demo) = demo {
        print(&demo::welcome(&demo, address))?;
    }
    if settings.reload > Duration::ZERO && app.shelf.root().is_some() {
        tokio::spawn(http::reload(app.clone(), settings.reload));
    }
    if settings.data.is_some() {
        http::work(&app);
    }
    http::serve(listener, app.clone(), settings.shutdown, stop).await;
    app.close().await;
    Ok(())
}

/// Ends when the operator wants the server to stop; who asks for it before it is waited for is heard as well.
fn told_to_stop() -> Result<impl Future<Output = ()>, CliError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::io("接不到停止信号"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::io("接不到停止信号"))?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// How the first administrator comes in.
fn first_steps(listening: SocketAddr, code: &str) -> String {
    // A browser cannot go to the address that stands for all of them.
    let ip = if listening.ip().is_unspecified() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { listening.ip() };
    let here = SocketAddr::new(ip, listening.port());
    format!(
        "还没有任何人员。请用浏览器打开 http://{here}/setup 建立第一个管理员，代码（仅本次启动有效）：{code}\n\
         从别的电脑打开时，把地址换成这台服务器的。也可以用命令：zhijian user add 登录名 --role admin"
    )
}

/// What is ready to be served.
struct Opened {
    app: App,
    demo: Option<Demo>,
    /// What lets the first administrator in, while there is nobody.
    code: Option<Secret>,
}

/// Opens the store where there is one, filled where it is for a demo.
async fn open(app: App, settings: &Settings, is_demo: bool) -> Result<Opened, CliError> {
    let Some(place) = &settings.data else { return Ok(Opened { app, demo: None, code: None }) };
    let store = Store::open(place).await?;
    let demo = match is_demo {
        true => Some(crate::demo::fill(&store, &app.shelf.pack(), Timestamp::now()).await?),
        false => None,
    };
    let archive = Archive::open(store, settings).await?;
    let code = archive.set_up_code();
    let app = app.keeping(archive);
    http::use_pack(&app).await?;
    Ok(Opened { app, demo, code })
}
