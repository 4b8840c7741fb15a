//! One chromedriver with one Chromium, which leave nothing behind, however the test ends.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Starts the program `$1`, and when nobody holds standard input any more, because the test has ended or was killed,
/// ends it with all that it has started, and clears away the folder `$2`.
const WATCH: &str = r#"setsid "$1" --port=0 </dev/null 2>/dev/null &
exec >/dev/null
cat
kill -s KILL -- -$! 2>/dev/null; wait
rm -rf -- "$2" || { sleep 1; rm -rf -- "$2"; }"#;

/// How chromedriver tells the port that it has found.
const STARTED: &str = "started successfully on port ";

/// So long the driver may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(10);

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
}

impl Driver {
    /// Starts one; now and then another program takes the port that it has just chosen.
    pub(super) fn start() -> Self {
        const TRIES: usize = 3;
        let mut said = String::new();
        for _ in 0..TRIES {
            match Self::try_start() {
                Ok(driver) => return driver,
                Err(told) => said = told,
            }
        }
        panic!("chromedriver did not start:{said}");
    }

    fn try_start() -> Result<Self, String> {
        let driver = program("chromedriver", "chromium-driver");
        let folder = TempDir::with_prefix("zhijian-browser-").unwrap().keep();
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "watch"]).arg(driver).arg(&folder);
        // A group of its own: who stops the tests by the keyboard, or kills a test with all its children, spares it.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env("TMPDIR", &folder).env("XDG_CONFIG_HOME", &folder).env("TZ", "Asia/Shanghai");
        let mut driver = Self { watch: command.spawn().unwrap(), port: 0, folder };
        driver.port = port(driver.watch.stdout.take().unwrap())?;
        Ok(driver)
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
            "timeouts": {"pageLoad": 20_000, "script": 20_000},
        })
    }

    /// Where files of this browser may be kept: the folder goes with it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Asks it to close the browser and to end, so that every process is waited for by the one that started it.
    fn ask_to_end(&self) -> std::io::Result<()> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _it_is_killed_otherwise = self.ask_to_end();
        drop(self.watch.stdin.take());
        let begin = Instant::now();
        while matches!(self.watch.try_wait(), Ok(None)) && begin.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The port that the driver tells; what else it says is read and forgotten.
fn port(told: ChildStdout) -> Result<u16, String> {
    let (teller, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(told).lines().map_while(Result::ok).for_each(|line| {
            let _nobody_listens_any_more = teller.send(line);
        });
    });
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        if let Some((_, port)) = line.split_once(STARTED) {
            return Ok(port.trim_end_matches('.').parse().unwrap());
        }
        said += &format!("\n{line}");
    }
    Err(said)
}

/// A program that must be on the path, from a package of Debian.
fn program(name: &str, package: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file());
    found.unwrap_or_else(|| {
        panic!("tests in a browser need {name}: run scripts/browser, or on Debian, apt-get install {package}")
    })
}
