//! `zhijian user`, `token` and `audit` ask the same as the doors of the server, and say what to do.

use tempfile::TempDir;

use crate::support::run;

/// A folder for a store, and commands that work on it.
struct Store(TempDir);

impl Store {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// The exit code, what was printed and what was said.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let data = self.0.path().join("data");
        let output = run(&[args, &["--data", data.to_str().unwrap()]].concat(), b"");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn done(&self, args: &[&str]) -> String {
        let (code, printed, said) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {said}");
        printed
    }

    fn refused(&self, args: &[&str], why: &str) {
        let (code, _, said) = self.run(args);
        assert!(code == 2 && said.contains(why), "{args:?}: {code} {said}");
    }
}

#[test]
fn people_are_asked_for_the_same_as_by_the_server() {
    let store = Store::new();
    store.refused(&["user", "add", "林 涛", "--role", "lead"], "登录名为 2 至 64 个字母");
    store.refused(&["user", "add", "lin", "--role", "lead", "--name", "林\n涛"], "名称为 1 至 50 个字符");
    store.refused(&["user", "add", "lin", "--role", "machine"], "机器请用令牌");
    store.done(&["user", "add", "boss", "--role", "admin"]);
    store.done(&["user", "add", "lin", "--role", "lead"]);
    store.refused(&["user", "add", "lin", "--role", "lead"], "已有人用");
    store.refused(&["user", "change", "lin", "--role", "machine"], "机器请用令牌");
    store.refused(&["user", "change", "boss", "--active", "false"], "最后一个能登录的管理员");
    store.refused(&["user", "change", "boss", "--role", "lead"], "最后一个能登录的管理员");
    store.done(&["user", "change", "lin", "--role", "admin"]);
    store.done(&["user", "change", "boss", "--active", "false"]);
}

#[test]
fn tokens_are_asked_for_the_same_as_by_the_server_and_known_by_how_they_begin() {
    let store = Store::new();
    store.refused(&["token", "add", " "], "名称为 1 至 50 个字符");
    store.refused(
        &["token", "add", "报表", "--role", "lead", "--scopes", "review"],
        "lead 的令牌可有的权限是",
    );
    store.refused(
        &["token", "add", "脚本", "--role", "admin", "--scopes", "people"],
        "admin 的令牌可有的权限是",
    );
    store.refused(&["token", "add", "转写", "--days", "0"], "有效期为 1 至 3650 天");
    let (one, _other) = (store.done(&["token", "add", "转写"]), store.done(&["token", "add", "转写"]));
    store.refused(&["token", "revoke", "zj_"], "有 2 个令牌以 zj_ 开头");
    store.refused(&["token", "revoke", "zj_x"], "没有编号或开头为 zj_x 的令牌");
    store.refused(&["token", "revoke", ""], "没有编号或开头");
    store.done(&["token", "revoke", &one[..9]]);
    assert!(store.done(&["token", "list"]).contains("已作废"));
}

#[test]
fn an_end_that_was_noted_is_read_before_anything_is_verified() {
    let store = Store::new();
    store.done(&["user", "add", "boss", "--role", "admin"]);
    for wrong in ["1", "x:y", "0:", "-3:00"] {
        store.refused(&["audit", "verify", &format!("--expect={wrong}")], "条数至少为 1");
    }
    let told = store.done(&["audit", "verify"]);
    let noted = told.lines().last().unwrap();
    store.done(&["user", "add", "lin", "--role", "lead"]);
    store.done(&["audit", "verify", "--expect", noted]);
    let (code, _, said) = store.run(&["audit", "verify", "--expect", &noted.replace("1:", "2:")]);
    assert!(code == 1 && said.contains("第 2 条"), "{said}");
}
