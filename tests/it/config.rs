//! Settings: file, environment and flags in order of rising weight; mistakes with their place.

use std::fs;
use std::path::PathBuf;

use zhijian::config::{Layer, Settings};

use crate::support::{run, zhijian};

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("zhijian-{}-{name}.toml", std::process::id()));
    fs::write(&path, text).unwrap();
    path
}

fn wrong(name: &str, text: &str) -> String {
    Settings::read(Some(&file(name, text)), Layer::default()).unwrap_err().to_string()
}

#[test]
fn without_a_word_the_defaults_hold() {
    let settings = Settings::of(&Layer::default());
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.shutdown.as_secs(), 20);
    assert_eq!(settings.limits.body_bytes, 8 * 1024 * 1024);
}

#[test]
fn the_file_is_read_and_what_lies_over_it_wins() {
    let text = "listen = \"0.0.0.0:9000\"\nshutdown_seconds = 5\n[limits]\nmax_turns = 7\nmax_chars = 8\n";
    let mut over = Layer { shutdown_seconds: Some(6), ..Layer::default() };
    over.limits.max_chars = Some(9);
    let settings = Settings::read(Some(&file("layers", text)), over).unwrap();
    assert_eq!(settings.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(settings.shutdown.as_secs(), 6);
    assert_eq!((settings.limits.turns, settings.limits.chars), (7, 9));
}

#[test]
fn mistakes_in_the_file_are_named_with_their_place() {
    let unknown = wrong("unknown", "# 注释\n  lissten = \"127.0.0.1:1\"\n");
    assert!(unknown.contains(":2:3: 不认识的键“lissten”"), "{unknown}");
    assert!(unknown.contains("listen、pack"), "{unknown}");
    let nested = wrong("nested", "[limits]\nturns = 3\n");
    assert!(nested.contains(":2:1: 不认识的键“turns”"), "{nested}");
    let kind = wrong("kind", "shutdown_seconds = \"五\"\n");
    assert!(kind.contains(":1:20: 值的类型不对"), "{kind}");
    let address = wrong("address", "listen = \"here\"\n");
    assert!(address.contains(":1:10: 监听地址不对"), "{address}");
    assert!(wrong("toml", "listen = \n").contains("不是有效的 TOML"));
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
    let path = file("weights", "[limits]\nmax_turns = 1\n");
    let path = path.to_str().unwrap();
    let body = serde_json::to_vec(&crate::support::transcript("t-1")).unwrap();
    let fails = |args: &[&str], environment: &[(&str, &str)]| {
        let mut child = zhijian(&[&["score", "--config", path], args].concat())
            .envs(environment.to_vec())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &body).unwrap();
        child.wait_with_output().unwrap().status.code() == Some(1)
    };
    assert!(fails(&[], &[]));
    assert!(!fails(&[], &[("ZHIJIAN_MAX_TURNS", "2")]));
    assert!(fails(&["--max-turns", "1"], &[("ZHIJIAN_MAX_TURNS", "2")]));
}

#[test]
fn a_named_file_must_be_there() {
    let output = run(&["score", "--config", "/no/such/file.toml"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("读不到配置文件 /no/such/file.toml"));
}
