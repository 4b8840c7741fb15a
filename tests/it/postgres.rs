//! A PostgreSQL of the tests' own: started by the first test that needs it, stopped when the test run is over.
//!
//! The runner starts a process for each test; they share one cluster, which belongs to the runner.

use std::fs::{self, File};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Stops the cluster and clears it away when the runner, whose number is `$1`, has ended.
const WATCH: &str = r#"while [ -e "/proc/$1" ]; do sleep 1; done
"$2/pg_ctl" -D "$3/data" -m immediate stop; rm -rf "$3" "$3.lock""#;

/// The address of a new, empty database.
pub(crate) fn new_database() -> String {
    let cluster = cluster();
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    let make = ["-h", path(&cluster), "-U", "postgres", "-d", "postgres", "-qc"];
    let made = Command::new(program("psql")).args(make).arg(format!("CREATE DATABASE {name}")).status();
    assert!(made.unwrap().success());
    format!("postgres:///{name}?host={}&user=postgres", cluster.display())
}

/// Has the database at `url` carry out `sql`.
pub(crate) fn psql(url: &str, sql: &str) -> std::io::Result<Output> {
    Command::new(program("psql")).args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, url]).output()
}

/// The folder of the running cluster, which also holds its socket.
fn cluster() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("zhijian-pg-{}", parent_id()));
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !folder.join("ready").exists() {
        start(&folder);
        File::create(folder.join("ready")).unwrap();
    }
    folder
}

fn start(folder: &Path) {
    let data = folder.join("data");
    let _left_by_a_run_that_died = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    if is_root() {
        assert!(Command::new("chown").args(["postgres", path(folder)]).status().unwrap().success());
    }
    let init = ["-D", path(&data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
    let made = as_postgres("initdb").args(init).arg("--no-instructions").output().unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    // Tests that kill the server kill ours, not PostgreSQL: what it holds need not survive the machine.
    let settings = format!("-k {} -c listen_addresses= -c fsync=off -c max_connections=300", path(folder));
    let log = folder.join("log");
    let go = ["-D", path(&data), "-l", path(&log), "-w", "-o", &settings, "start"];
    let started = as_postgres("pg_ctl").args(go).stdout(Stdio::null()).status().unwrap();
    assert!(started.success(), "{}", fs::read_to_string(&log).unwrap_or_default());
    // It outlives this process on purpose.
    let mut watch = as_user("sh");
    watch.args(["-c", WATCH, "watch", &parent_id().to_string(), path(&bin()), path(folder)]);
    watch.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    std::mem::forget(watch.spawn().unwrap());
    wait_for(&folder.join(".s.PGSQL.5432"));
}

fn wait_for(socket: &Path) {
    let begin = Instant::now();
    while !socket.exists() {
        assert!(begin.elapsed() < Duration::from_secs(20), "PostgreSQL did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// PostgreSQL refuses to run as root.
fn as_user(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]);
    command.current_dir("/");
    command
}

fn as_postgres(name: &str) -> Command {
    as_user(path(&program(name)))
}

fn program(name: &str) -> PathBuf {
    bin().join(name)
}

/// Where PostgreSQL's programs are; Debian keeps most of them off the path.
fn bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let known: Vec<PathBuf> = debian.chain(std::env::split_paths(&on_path)).collect();
    let found = known.into_iter().find(|folder| folder.join("initdb").exists());
    found.expect("these tests need PostgreSQL: on Debian, apt-get install postgresql")
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
