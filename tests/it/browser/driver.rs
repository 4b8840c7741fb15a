//! One chromedriver with one Chromium, which leave nothing behind, however the test ends.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Starts the program `$1`, and when nobody holds standard input any more, because the test has ended or was killed,
/// ends it with all that it has started, and clears away the folder `$2`.
const WATCH: &str = r#"setsid "$1" --port=0 </dev/null 2>/dev/null &
cat >/dev/null
kill -s KILL -- -$! 2>/dev/null; wait
rm -rf -- "$2" || { sleep 1; rm -rf -- "$2"; }"#;

/// Chromium's answer to the wish for a free port.
const STARTED: &str = "started successfully on port ";

/// What Chromium is started with.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--window-size=1366,768",
    "--lang=zh-CN",
    "--accept-lang=zh-CN",
    // Containers and root have no sandbox of Chromium's; what is opened here are our own pages.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Whatever wants to leave this machine finds nobody, here as where there is no network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A running chromedriver.
pub(super) struct Driver {
    watch: Child,
    pub(super) port: u16,
    folder: PathBuf,
    /// Held, or the driver could not write any more.
    _told: BufReader<ChildStdout>,
}

impl Driver {
    pub(super) fn start() -> Self {
        let driver = program("chromedriver", "chromium-driver");
        let folder = TempDir::with_prefix("zhijian-browser-").unwrap().keep();
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "watch"]).arg(driver).arg(&folder);
        // A group of its own: who stops the tests by the keyboard, or kills a test with all its children, spares it.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env("TMPDIR", &folder).env("XDG_CONFIG_HOME", &folder).env("TZ", "Asia/Shanghai");
        let mut watch = command.spawn().unwrap();
        let mut told = BufReader::new(watch.stdout.take().unwrap());
        let port = port(&mut told);
        Self { watch, port, folder, _told: told }
    }

    /// How the browser is to be.
    pub(super) fn wanted(&self) -> Value {
        let profile = format!("--user-data-dir={}", self.folder.join("profile").display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        // Begins with an empty page: Chromium's own asks for hundreds of things.
        let settings = json!({"session": {"restore_on_startup": 4, "startup_urls": ["about:blank"]}});
        let program = program("chromium", "chromium");
        json!({
            "goog:chromeOptions": {"binary": program, "args": flags, "prefs": settings},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"pageLoad": 30_000, "script": 30_000},
        })
    }

    /// Where files of this browser may be kept: the folder goes with it.
    pub(super) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Asks it to close the browser and to end, so that every process is waited for by the one that started it.
    fn ask_to_end(&self) -> std::io::Result<()> {
        let patience = Duration::from_secs(5);
        let mut stream =
            TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], self.port)), patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _it_is_killed_otherwise = self.ask_to_end();
        drop(self.watch.stdin.take());
        let _it_has_ended = self.watch.wait();
    }
}

/// The port that the driver tells.
fn port(told: &mut BufReader<ChildStdout>) -> u16 {
    let mut lines = String::new();
    loop {
        let begin = lines.len();
        assert!(told.read_line(&mut lines).unwrap() > 0, "chromedriver did not start: {lines}");
        if let Some((_, port)) = lines[begin..].split_once(STARTED) {
            return port.trim().trim_end_matches('.').parse().unwrap();
        }
    }
}

/// A program that must be on the path, from a package of Debian.
fn program(name: &str, package: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file());
    found.unwrap_or_else(|| {
        panic!("tests in a browser need {name}: run scripts/browser, or on Debian, apt-get install {package}")
    })
}
