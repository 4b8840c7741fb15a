//! What the operator has set, in order of rising weight: defaults, file, environment, flags.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, reason};
use crate::pack::Pack;
use crate::store::Place;
use crate::transcript::limits::Limits;
use crate::yaml;

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "zhijian.toml";

/// Requests in a second that are plenty for one transcription system.
const DEFAULT_RATE: NonZero<u32> = NonZero::new(1000).expect("1000 is not 0");

/// Everything that can be set, with a value for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The pack's directory; without one, the current directory or the pack in the binary.
    pub pack: Option<PathBuf>,
    /// How often the files of the pack are looked at; never where it is 0.
    pub reload: Duration,
    /// Where transcripts, drafts and reviews are kept; without it, nothing is.
    pub data: Option<Place>,
    /// For how many days transcripts and what was made of them are kept; for ever without it.
    pub retention_days: Option<NonZero<u32>>,
    /// Where webhooks may go.
    pub webhooks: Vec<String>,
    /// Proxies that are trusted to tell for whom they ask.
    pub proxies: Vec<String>,
    /// How many requests one token or person may make in a second.
    pub rate: NonZero<u32>,
    /// How many requests are worked on at once; more are told to come later.
    pub in_flight: usize,
    /// What is logged.
    pub log: String,
    /// How long a request in flight may take to finish when the server is told to stop.
    pub shutdown: Duration,
    /// How long a transcript may take to arrive.
    pub body: Duration,
    /// How long a stream may stay silent.
    pub idle: Duration,
    /// How much one transcript may hold.
    pub limits: Limits,
}

/// One layer of settings: what the file says, or what environment and flags say.
///
/// The same words everywhere: `listen` in the file, `ZHIJIAN_LISTEN`, `--listen`.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// 监听地址 [缺省: 127.0.0.1:8080]
    #[arg(long, env = "ZHIJIAN_LISTEN", value_name = "地址:端口")]
    pub listen: Option<SocketAddr>,
    /// 规则包目录(含 lexicons/ 与 rules/)[缺省: 当前目录有则用之,否则用程序自带的]
    #[arg(long, env = "ZHIJIAN_PACK", value_name = "目录")]
    pub pack: Option<PathBuf>,
    /// 隔几秒看一次规则包有没有改动,改好了就换上,改坏了保留原来的;0 表示不看 [缺省: 2]
    #[arg(long, env = "ZHIJIAN_RELOAD_SECONDS", value_name = "秒")]
    pub reload_seconds: Option<u64>,
    /// 保存对话、初稿和复核的地方:一个目录(用 SQLite),或 postgres:// 开头的地址;不写则什么都不保存,也没有登录
    #[arg(long, env = "ZHIJIAN_DATA", value_name = "目录|地址", hide_env_values = true)]
    pub data: Option<String>,
    /// 对话、初稿和复核保存多少天,到期自动删除,不留原文;不写则一直保存
    #[arg(long, env = "ZHIJIAN_RETENTION_DAYS", value_name = "天")]
    pub retention_days: Option<NonZero<u32>>,
    /// 回调(webhook)允许发往哪里,可写多个,用逗号分开:`https://hooks.example.cn`、`https://*.example.cn`、`http://10.2.0.0/16:8080`;不写则都不允许
    #[arg(long, env = "ZHIJIAN_WEBHOOK_ALLOW", value_name = "地址", value_delimiter = ',')]
    pub webhook_allow: Option<Vec<String>>,
    /// 前面的代理的地址或网段,可写多个,用逗号分开:`127.0.0.1`、`10.0.0.0/8`;来自它们的请求,按 X-Forwarded-For 认来源,
    /// 试错密码时按来源限制;不写则都不信
    #[arg(long, env = "ZHIJIAN_TRUSTED_PROXIES", value_name = "地址", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// 每个令牌、每个人每秒最多多少个请求 [缺省: 1000]
    #[arg(long, env = "ZHIJIAN_RATE_PER_SECOND", value_name = "个")]
    pub rate_per_second: Option<NonZero<u32>>,
    /// 同时处理多少个请求,再多就请对方稍后再来 [缺省: 512]
    #[arg(long, env = "ZHIJIAN_MAX_IN_FLIGHT", value_name = "个")]
    pub max_in_flight: Option<usize>,
    /// 日志级别:error、warn、info、debug、trace [缺省: info]
    #[arg(long, env = "ZHIJIAN_LOG", value_name = "级别")]
    pub log: Option<String>,
    /// 收到停止信号后,等待进行中请求的秒数 [缺省: 20]
    #[arg(long, env = "ZHIJIAN_SHUTDOWN_SECONDS", value_name = "秒")]
    pub shutdown_seconds: Option<u64>,
    /// 接收一通对话的最长秒数 [缺省: 30]
    #[arg(long, env = "ZHIJIAN_BODY_SECONDS", value_name = "秒")]
    pub body_seconds: Option<u64>,
    /// 批量流两次数据之间的最长秒数 [缺省: 60]
    #[arg(long, env = "ZHIJIAN_IDLE_SECONDS", value_name = "秒")]
    pub idle_seconds: Option<u64>,
    /// How much one transcript may hold.
    #[command(flatten)]
    #[serde(default)]
    pub limits: LimitsLayer,
}

/// One layer of the limits; the table `[limits]` of the file.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct LimitsLayer {
    /// 一通对话的 JSON 最多多少字节 [缺省: 8388608]
    #[arg(long, env = "ZHIJIAN_MAX_BODY_BYTES", value_name = "字节")]
    pub max_body_bytes: Option<usize>,
    /// 一通对话最多多少个话轮 [缺省: 10000]
    #[arg(long, env = "ZHIJIAN_MAX_TURNS", value_name = "个")]
    pub max_turns: Option<usize>,
    /// 一个话轮最多多少个字符 [缺省: 20000]
    #[arg(long, env = "ZHIJIAN_MAX_TURN_CHARS", value_name = "个")]
    pub max_turn_chars: Option<usize>,
    /// 一通对话最多多少个字符 [缺省: 1000000]
    #[arg(long, env = "ZHIJIAN_MAX_CHARS", value_name = "个")]
    pub max_chars: Option<usize>,
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or not readable.
    #[error("读不到配置文件 {}:{}", path.display(), reason(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds something that is no setting.
    #[error("{0}")]
    Wrong(Diagnostics),
}

impl Settings {
    /// Reads the file and lays `over` upon it.
    ///
    /// # Errors
    /// When the named file is not readable, or a file holds something that is no setting.
    pub fn read(file: Option<&Path>, over: Layer) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let below = match std::fs::read_to_string(path) {
            Ok(text) => parse(path, &text).map_err(ConfigError::Wrong)?,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => Layer::default(),
            Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
        };
        Ok(Self::of(&over.over(below)))
    }

    /// Fills what `layer` leaves open.
    #[must_use]
    pub fn of(layer: &Layer) -> Self {
        let seconds = |set: Option<u64>, default| Duration::from_secs(set.unwrap_or(default));
        let limits = Limits::default();
        Self {
            listen: layer.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            pack: layer.pack.clone(),
            data: layer.data.as_deref().map(Place::of),
            retention_days: layer.retention_days,
            webhooks: layer.webhook_allow.clone().unwrap_or_default(),
            proxies: layer.trusted_proxies.clone().unwrap_or_default(),
            rate: layer.rate_per_second.unwrap_or(DEFAULT_RATE),
            in_flight: layer.max_in_flight.unwrap_or(512),
            log: layer.log.clone().unwrap_or_else(|| "info".to_owned()),
            reload: seconds(layer.reload_seconds, 2),
            shutdown: seconds(layer.shutdown_seconds, 20),
            body: seconds(layer.body_seconds, 30),
            idle: seconds(layer.idle_seconds, 60),
            limits: Limits {
                body_bytes: layer.limits.max_body_bytes.unwrap_or(limits.body_bytes),
                turns: layer.limits.max_turns.unwrap_or(limits.turns),
                turn_chars: layer.limits.max_turn_chars.unwrap_or(limits.turn_chars),
                chars: layer.limits.max_chars.unwrap_or(limits.chars),
                ..limits
            },
        }
    }

    /// Loads the pack that the settings name.
    ///
    /// # Errors
    /// Every mistake in every file of the pack.
    pub fn load_pack(&self) -> Result<Pack, Diagnostics> {
        self.pack_root().map_or_else(Pack::shipped, Pack::load)
    }

    /// The folder of the pack; none where the pack in the binary is taken.
    #[must_use]
    pub fn pack_root(&self) -> Option<&Path> {
        let here = Path::new(".");
        let is_pack = || here.join("lexicons").is_dir() && here.join("rules").is_dir();
        self.pack.as_deref().or_else(|| is_pack().then_some(here))
    }
}

impl Layer {
    /// This layer, and where it is silent the one `below`.
    fn over(self, below: Self) -> Self {
        let (limits, low) = (self.limits, below.limits);
        Self {
            listen: self.listen.or(below.listen),
            pack: self.pack.or(below.pack),
            data: self.data.or(below.data),
            retention_days: self.retention_days.or(below.retention_days),
            webhook_allow: self.webhook_allow.or(below.webhook_allow),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            rate_per_second: self.rate_per_second.or(below.rate_per_second),
            max_in_flight: self.max_in_flight.or(below.max_in_flight),
            log: self.log.or(below.log),
            reload_seconds: self.reload_seconds.or(below.reload_seconds),
            shutdown_seconds: self.shutdown_seconds.or(below.shutdown_seconds),
            body_seconds: self.body_seconds.or(below.body_seconds),
            idle_seconds: self.idle_seconds.or(below.idle_seconds),
            limits: LimitsLayer {
                max_body_bytes: limits.max_body_bytes.or(low.max_body_bytes),
                max_turns: limits.max_turns.or(low.max_turns),
                max_turn_chars: limits.max_turn_chars.or(low.max_turn_chars),
                max_chars: limits.max_chars.or(low.max_chars),
            },
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Layer, Diagnostics> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..at).unwrap_or_default();
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let (message, help) = in_chinese(error.message());
        Diagnostics(vec![Diagnostic {
            file: path.display().to_string(),
            line: before.matches('\n').count() + 1,
            column: before[begin..].chars().count() + 1,
            message,
            help,
            source: text[begin..].lines().next().map(ToOwned::to_owned),
        }])
    })
}

/// What `toml` and `serde` say, in Chinese.
fn in_chinese(said: &str) -> (String, Option<String>) {
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    if said.starts_with("unknown field") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        let help = format!("可用的键有 {}", known.join("、"));
        return (format!("不认识的键“{}”", quoted(said)), Some(help));
    }
    if said.starts_with("invalid type") || said.starts_with("invalid value") {
        let expected = said.rsplit("expected ").next().unwrap_or_default();
        let help = "数字不加引号且不为负，地址、目录、级别加引号".to_owned();
        return (format!("值的类型不对，应为{}", yaml::in_chinese(expected)), Some(help));
    }
    if said.starts_with("duplicate key") {
        return ("同一个键写了两次".to_owned(), Some("只保留一个".to_owned()));
    }
    if said.contains("socket address") {
        return ("监听地址不对".to_owned(), Some("写成“地址:端口”，如 \"127.0.0.1:8080\"".to_owned()));
    }
    (format!("不是有效的 TOML:{said}"), Some("检查引号、等号和方括号".to_owned()))
}
