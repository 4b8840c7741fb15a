//! `zhijian score`: a line out for each line in, the same for any number of threads, and honest exit codes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};

use serde_json::{Value, json};

use crate::packs::Folder;
use crate::support::{run, transcript, zhijian};

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|&b| b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn ndjson(count: usize) -> String {
    (0..count).map(|n| format!("{}\n", transcript(&format!("t-{n}")))).collect()
}

#[test]
fn every_line_is_answered_in_its_place() {
    let mut input = ndjson(3);
    input.push_str("\n  \n{\"id\":\"cut\",\n");
    input.push_str(&transcript("last").to_string());
    let output = run(&["score"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let answers = lines(&output.stdout);
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[0]["transcript_id"], "t-0");
    assert_eq!(answers[2]["transcript_id"], "t-2");
    assert_eq!(answers[3]["error"]["code"], "invalid_json");
    assert_eq!(answers[3]["error"]["line"], 6);
    assert_eq!(answers[3]["error"]["file"], Value::Null);
    assert_eq!(answers[4]["transcript_id"], "last");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut input = ndjson(700);
    input.push_str("nonsense\n");
    input.push_str(&ndjson(700));
    let one = run(&["score", "--jobs", "1"], input.as_bytes());
    let seven = run(&["score", "--jobs", "7"], input.as_bytes());
    assert_eq!(one.stdout, seven.stdout);
    let answers = lines(&one.stdout);
    assert_eq!(answers.len(), 1401);
    assert_eq!(answers[1400]["transcript_id"], "t-699");
}

#[test]
fn one_object_may_stand_on_many_lines() {
    let pretty = serde_json::to_string_pretty(&transcript("p")).unwrap();
    let output = run(&["score"], pretty.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(lines(&output.stdout)[0]["transcript_id"], "p");
    let broken = pretty.replace("\"agent\"", "agent");
    let answers = lines(&run(&["score", "-"], broken.as_bytes()).stdout);
    assert_eq!(answers.len(), 1);
    assert!(answers[0]["error"]["detail"].as_str().unwrap().contains("行第"));
}

#[test]
fn a_dialogue_may_be_written_as_people_write_it() {
    let folder = Folder::new().file("talk.txt", "客服：您好\n客户：灯不亮\n客服：这事不归我管");
    let folder = folder.file("bad.txt", "客服 您好");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let output = run(&["score", "--rubric", "v3.1", &path("talk.txt"), &path("bad.txt")], b"");
    assert_eq!(output.status.code(), Some(1));
    let answers = lines(&output.stdout);
    assert_eq!(answers[0]["transcript_id"], "talk");
    assert_eq!(answers[0]["findings"][0]["text"], "这事不归我管");
    assert_eq!(answers[1]["error"]["code"], "invalid_script");
    assert_eq!(answers[1]["error"]["errors"][0]["pointer"], "1:1");
    assert_eq!(answers[1]["error"]["file"], path("bad.txt"));
}

#[test]
fn a_dialogue_as_people_write_it_has_its_limits_too() {
    let folder = Folder::new().file("talk.txt", "客服：您好\n客户：灯不亮\n客服：这事不归我管");
    let path = folder.path().join("talk.txt");
    for (limit, most, pointer) in [
        ("--max-turns", "2", "/turns"),
        ("--max-turn-chars", "5", "/turns/2/text"),
        ("--max-chars", "9", "/turns"),
    ] {
        let output = run(&["score", limit, most, path.to_str().unwrap()], b"");
        let answers = lines(&output.stdout);
        assert_eq!(answers[0]["error"]["code"], "too_large", "{limit}");
        assert_eq!(answers[0]["error"]["errors"][0]["pointer"], pointer);
    }
}

#[test]
fn a_cut_off_first_line_does_not_take_the_others_with_it() {
    let input = format!("{{\"id\":\"1\",\"turns\":[\n{}", ndjson(2));
    let answers = lines(&run(&["score"], input.as_bytes()).stdout);
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["error"]["line"], 1);
    assert_eq!(answers[2]["transcript_id"], "t-1");
}

#[test]
fn an_error_names_field_line_and_file() {
    let path = std::env::temp_dir().join(format!("zhijian-{}-bad.ndjson", std::process::id()));
    let mut bad = transcript("b");
    bad["turns"][1]["role"] = json!("客户");
    fs::write(&path, format!("{}{bad}\n", ndjson(1))).unwrap();
    let name = path.to_str().unwrap();
    let output = run(&["score", name, "/no/such/file", "-"], ndjson(1).as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("读不了 /no/such/file"));
    let answers = lines(&output.stdout);
    assert_eq!(answers.len(), 3);
    let error = &answers[1]["error"];
    assert_eq!((&error["line"], &error["file"]), (&json!(2), &json!(name)));
    assert_eq!(error["errors"][0]["pointer"], "/turns/1/role");
    assert!(error["errors"][0]["detail"].as_str().unwrap().contains("customer"));
}

#[test]
fn other_encodings_and_marks_are_told_apart() {
    let mut input = b"\xEF\xBB\xBF".to_vec();
    input.extend(ndjson(1).into_bytes());
    input.extend(b"{\"id\":\"\xC4\xFA\xBA\xC3\"}\r\n");
    let answers = lines(&run(&["score"], &input).stdout);
    assert_eq!(answers[0]["transcript_id"], "t-0");
    assert_eq!(answers[1]["error"]["code"], "invalid_utf8");
}

#[test]
fn an_endless_line_is_refused_without_being_held() {
    let mut child = zhijian(&["score", "--max-body-bytes", "100000"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        let chunk = vec![b'x'; 1 << 20];
        for _ in 0..600 {
            stdin.write_all(&chunk).unwrap();
        }
        stdin.write_all(format!("\n{}", ndjson(1)).as_bytes()).unwrap();
        stdin
    });
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["error"]["code"], "too_large");
    let second: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
    assert_eq!(second["transcript_id"], "t-0");
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 400_000, "{kilobytes} kB");
    drop(feed.join().unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_slow_pipe_is_answered_line_by_line() {
    let mut child = zhijian(&["score"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for n in 0..3 {
        writeln!(stdin, "{}", transcript(&format!("t-{n}"))).unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["transcript_id"], format!("t-{n}"));
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = zhijian(&["score"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        let _the_command_ends_early = stdin.write_all(ndjson(20_000).as_bytes());
    });
    let mut first = [0; 10];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn no_input_is_no_output() {
    let output = run(&["score"], b"");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn wrong_usage_ends_with_two() {
    let output = run(&["score", "--nonsense"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("不认识的参数 --nonsense"));
    let output = run(&["score", "--jobs", "many"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("值“many”无效"));
    let output = run(&["score", "--rubric", "no-such-rubric"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-rubric"));
    assert_eq!(run(&[], b"").status.code(), Some(2));
}

#[test]
fn a_table_is_for_people() {
    let output = run(&["score", "--format", "table"], format!("{}x\n", ndjson(1)).as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("评分项") && text.contains("t-0"), "{text}");
    assert!(text.contains("标准输入:2: 第 1 行第 1 列"), "{text}");
}

#[test]
fn help_and_check_speak_chinese() {
    let help = String::from_utf8(run(&["score", "--help"], b"").stdout).unwrap();
    assert!(help.contains("显示帮助") && help.contains("用哪张评分表"), "{help}");
    let output = run(&["check"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("规则包"));
}
