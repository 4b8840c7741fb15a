//! A changed pack takes effect without a restart, whole and checked, or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use zhijian::pipeline::{self, Ask};
use zhijian::shelf::{Change, Shelf};
use zhijian::transcript::script;

use crate::packs::{Folder, RUBRIC};
use crate::support::{Served, client, transcript};

/// A rule whose examples hold as long as the lexicon knows `word`.
fn rude(word: &str) -> String {
    format!(
        "title: 推责\nref: R\nseverity: major\nstatus: test\nforbid: {{phrase: {{lexicon: rude/words}}}}\n\
         examples:\n  hit: ['客服:{word}', '客服:啊,{word}']\n  miss: ['客服:您好', '客户:{word}']\n"
    )
}

fn words(word: &str) -> String {
    format!("title: 忌语\n---\n{word}\n")
}

/// A small pack that forbids `word`, and whose rubric bears its name as version.
fn folder(word: &str) -> Folder {
    let rubric = RUBRIC.replace("version: \"1\"", &format!("version: {word}"));
    Folder::new()
        .file("lexicons/rude/words.txt", &words(word))
        .file("rules/rude.yaml", &rude(word))
        .file("rules/rubrics/t.yaml", &rubric)
}

/// Looks until something is decided: what has just changed must come to rest first.
#[track_caller]
fn settle(shelf: &Shelf) -> Change {
    let changes = (0..5).map(|_| shelf.refresh());
    changes.into_iter().find(|change| *change != Change::None).expect("nothing was decided")
}

#[test]
fn what_is_changed_is_taken_into_use_and_what_is_broken_is_not() {
    let mut folder = folder("这事不归我管");
    let shelf = Shelf::open(Some(folder.path().to_owned())).unwrap();
    assert_eq!((shelf.refresh(), shelf.refresh()), (Change::None, Change::None));
    let first = shelf.pack().digest().to_owned();

    folder = folder.file("lexicons/rude/words.txt", &words("(这事不归我管"));
    let Change::Refused(told) = settle(&shelf) else { panic!("a broken pack was taken") };
    assert!(told.contains("lexicons/rude/words.txt:3:1: 左括号没有配对的右括号"), "{told}");
    assert_eq!(shelf.pack().digest(), first);
    assert!(shelf.state().refused.is_some());
    assert_eq!(shelf.refresh(), Change::None, "the same files are refused once");

    folder = folder.file("lexicons/rude/words.txt", &words("(这事|这)不归我管"));
    assert_eq!(settle(&shelf), Change::Taken);
    assert_ne!(shelf.pack().digest(), first);
    assert!(shelf.state().refused.is_none());

    let _folder = folder.file("lexicons/rude/words.txt", &words("别的话"));
    let Change::Refused(told) = settle(&shelf) else { panic!("a pack whose examples fail was taken") };
    assert!(told.contains("rules/rude.yaml:7:9: 例子应为 hit(命中)"), "{told}");
}

#[test]
fn a_link_that_is_turned_to_another_folder_is_a_change() {
    let (one, other) = (folder("这事不归我管"), folder("我不知道"));
    let mounted = std::env::temp_dir().join(format!("zhijian-mounted-{}", std::process::id()));
    let turn = |target: &Folder| {
        let aside = mounted.with_extension("aside");
        std::os::unix::fs::symlink(target.path(), &aside).unwrap();
        std::fs::rename(&aside, &mounted).unwrap();
    };
    turn(&one);
    let shelf = Shelf::open(Some(mounted.clone())).unwrap();
    assert_eq!(shelf.refresh(), Change::None);
    turn(&other);
    assert_eq!(settle(&shelf), Change::Taken);
    assert_eq!(shelf.pack().digest(), other.load().unwrap().digest());
    std::fs::remove_file(&mounted).unwrap();
}

#[test]
fn no_answer_mixes_two_packs_while_they_are_swapped() {
    const SWAPS: usize = 1000;
    let names = ["这事不归我管", "我不知道"];
    let mut folder = folder(names[0]);
    let shelf = Shelf::open(Some(folder.path().to_owned())).unwrap();
    let said = script::read("客服:这事不归我管\n客服:我不知道").unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let judge = || {
            let mut answers = [0_usize; 2];
            while !done.load(Ordering::Relaxed) {
                let pack = shelf.pack();
                let draft =
                    pipeline::draft(&pack, &said.transcript, Ask { rubric: Some("t"), all_rules: true });
                let draft = draft.unwrap();
                let found: Vec<&str> = draft.findings.iter().map(|finding| finding.text).collect();
                assert_eq!(found, [draft.rubric.version]);
                assert_eq!(draft.pack, pack.digest());
                answers[names.iter().position(|name| *name == found[0]).unwrap()] += 1;
            }
            answers
        };
        let judges = [scope.spawn(judge), scope.spawn(judge)];
        for swap in 0..SWAPS {
            let word = names[(swap + 1) % 2];
            let rubric = RUBRIC.replace("version: \"1\"", &format!("version: {word}"));
            folder = folder
                .file("lexicons/rude/words.txt", &words(word))
                .file("rules/rude.yaml", &rude(word))
                .file("rules/rubrics/t.yaml", &rubric);
            assert_eq!(settle(&shelf), Change::Taken);
        }
        done.store(true, Ordering::Relaxed);
        let answers = judges.map(|judge| judge.join().unwrap());
        assert!(answers.iter().flatten().all(|count| *count > 0), "{answers:?}");
    });
}

#[tokio::test]
async fn a_running_server_tells_what_it_took_and_what_it_refused() {
    let mut folder = folder("您好");
    let root = folder.path().display().to_string();
    let served = Served::start(&["--pack", &root, "--reload-seconds", "1"]);
    let base = format!("http://{}", served.address);
    let client = client();
    let get = |path: &str| {
        let request = client.get(format!("{base}{path}"));
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let findings = || {
        let request = client.post(format!("{base}/api/v1/score?rubric=t&rules=all")).json(&transcript("t-1"));
        async move {
            let draft: Value = request.send().await.unwrap().json().await.unwrap();
            draft["findings"].as_array().unwrap().len()
        }
    };
    assert_eq!(findings().await, 1);
    let state: Value = serde_json::from_str(&get("/api/v1/pack").await).unwrap();
    assert_eq!((&state["rules"], &state["refused"]), (&1.into(), &Value::Null));
    let rules: Value = serde_json::from_str(&get("/api/v1/rules").await).unwrap();
    assert_eq!((&rules[0]["id"], &rules[0]["demand"]), (&"rude".into(), &"forbid".into()));
    let lexicons: Value = serde_json::from_str(&get("/api/v1/lexicons").await).unwrap();
    assert_eq!((&lexicons[0]["id"], &lexicons[0]["entries"]), (&"rude/words".into(), &1.into()));

    folder = folder.file("lexicons/rude/words.txt", &words("您好 :: at=middle"));
    wait_for(|| async { get("/api/v1/pack").await.contains("at 不能是") }).await;
    assert!(get("/readyz").await.starts_with("ok\n规则包改动有误，没有换上"));
    assert!(get("/metrics").await.contains("zhijian_pack_stale 1"));
    assert_eq!(findings().await, 1);

    let _folder =
        folder.file("lexicons/rude/words.txt", &words("别的话")).file("rules/rude.yaml", &rude("别的话"));
    wait_for(|| async { get("/readyz").await == "ok\n" }).await;
    assert_eq!(findings().await, 0);
    assert!(get("/metrics").await.contains("zhijian_pack_reloads_total{result=\"taken\"} 1"));
    served.terminate();
}

/// Asks until it holds.
async fn wait_for<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_secs(30), "still not");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
