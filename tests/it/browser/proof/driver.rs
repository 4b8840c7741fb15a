//! A browser leaves nothing behind: no process, no file, however its test ends.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use super::super::Browser;
use super::super::stage::stage;
use super::NOTEBOOK;

/// Set for the run of a test that is there to be killed.
const TO_BE_KILLED: &str = "ZHIJIAN_BROWSER_TO_BE_KILLED";

#[tokio::test]
async fn nothing_is_left_when_a_test_ends() {
    let browser = Browser::before(stage(NOTEBOOK).await).await;
    browser.open("/").await;
    let folder = browser.driver.folder().to_owned();
    assert!(!processes(&folder).is_empty());
    drop(browser);
    assert_eq!((processes(&folder), folder.exists()), (Vec::new(), false));
}

#[tokio::test]
async fn nothing_is_left_when_a_test_panics() {
    let browser = Browser::before(stage(NOTEBOOK).await).await;
    let folder = browser.driver.folder().to_owned();
    let test = async {
        browser.open("/").await;
        let _it_goes_with_this = browser;
        panic!("as a test does");
    };
    assert!(AssertUnwindSafe(test).catch_unwind().await.is_err());
    assert_eq!((processes(&folder), folder.exists()), (Vec::new(), false));
}

#[tokio::test]
async fn nothing_is_left_when_a_test_is_killed() {
    if env::var_os(TO_BE_KILLED).is_some() {
        let browser = Browser::before(stage(NOTEBOOK).await).await;
        println!("\nfolder {}", browser.driver.folder().display());
        return std::future::pending().await;
    }
    let this = "browser::proof::driver::nothing_is_left_when_a_test_is_killed";
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", this, "--nocapture"]).env(TO_BE_KILLED, "1").stdout(Stdio::piped());
    let mut test = command.spawn().unwrap();
    let lines = BufReader::new(test.stdout.take().unwrap()).lines().map(Result::unwrap);
    let folder = lines.into_iter().find_map(|line| line.strip_prefix("folder ").map(PathBuf::from)).unwrap();
    assert!(!processes(&folder).is_empty());
    test.kill().unwrap();
    test.wait().unwrap();
    let begin = Instant::now();
    while folder.exists() || !processes(&folder).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(10), "left: {:?}", processes(&folder));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The commands of the processes that still work in this folder.
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let all = fs::read_dir("/proc").unwrap().flatten();
    let commands = all.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    let commands = commands.map(|command| String::from_utf8_lossy(&command).replace('\0', " "));
    commands.filter(|command| command.contains(folder)).collect()
}
