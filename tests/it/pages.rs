//! The pages of the review desk as the server writes them: what they show, what they cover, whom they let in.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use zhijian::config::Layer;
use zhijian::pack::Pack;

use crate::kept::{Desk, Staff};
use crate::store::{Bench, on_both};
use crate::support::{corpus, transcript};

on_both! {
    a_call_is_found_in_the_queue_and_opened,
    a_review_shows_dialogue_and_rubric_and_covers_personal_data,
    a_submitted_review_is_printed,
    what_somebody_posted_is_text_on_every_page,
    who_is_not_known_is_led_to_the_log_in_and_back,
}

/// A desk with the shipped pack.
async fn desk(bench: &Bench) -> (Desk, Staff) {
    Desk::staffed_with(bench, Layer::default(), Pack::shipped().unwrap()).await
}

/// Posts a call, and gives the id of its draft.
async fn posted(desk: &Desk, staff: &Staff, call: &Value) -> String {
    let answer = desk.send(Method::POST, "/api/v1/transcripts", Some(&staff.machine), call.clone()).await;
    assert_eq!(answer.status(), 201);
    answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

/// What a page says, where it is one.
async fn page(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{policy}");
    response.text().await.unwrap()
}

async fn a_call_is_found_in_the_queue_and_opened(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let id = posted(&desk, &staff, &corpus("labelled/software-yearend-marathon")).await;
    let queue = page(desk.get("/queue", &staff.reviewer).await, 200).await;
    assert!(queue.contains(&format!("href=\"/reviews/{id}\"")), "{queue}");
    let none = page(desk.get("/queue?state=open&agent=nobody&team=", &staff.reviewer).await, 200).await;
    assert!(none.contains("没有符合条件的对话"));
    let wrong = page(desk.get("/queue?from=yesterday", &staff.reviewer).await, 400).await;
    assert!(wrong.contains("查询参数 from 写成日期") && wrong.contains("请求编号"), "{wrong}");
    let review = page(desk.get(&format!("/reviews/{id}"), &staff.reviewer).await, 200).await;
    assert_eq!(review.matches("<li class=\"turn ").count(), 111);
    assert!(review.len() < 150_000, "a call of 111 turns takes {} bytes", review.len());
    let gone = page(desk.get("/reviews/0199", &staff.reviewer).await, 404).await;
    assert!(gone.contains("没有这份初稿"));
    let refused = page(desk.get(&format!("/reviews/{id}"), &staff.admin).await, 403).await;
    assert!(
        refused.contains("您的角色是管理员，不能复核") && refused.contains("href=\"/people\""),
        "{refused}"
    );
    let nowhere = desk.request(Method::GET, "/nowhere", Some(&staff.admin)).header("accept", "text/html");
    let nowhere = page(nowhere.send().await.unwrap(), 404).await;
    assert!(nowhere.contains("href=\"/people\""), "{nowhere}");
}

async fn a_review_shows_dialogue_and_rubric_and_covers_personal_data(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let mut call = corpus_sample();
    call["turns"][3]["text"] = "我姓周，电话13900000023。".into();
    call["turns"][12]["text"] = "楼道的箱子是物业管的,这事不归我管。电话13900000023".into();
    let id = posted(&desk, &staff, &call).await;
    let review = page(desk.get(&format!("/reviews/{id}"), &staff.reviewer).await, 200).await;
    assert!(!review.contains("13900000023") && review.contains("139****0023"), "{review}");
    for told in [
        "<mark class=\"hit s3\" data-finding=\"0\">这事不归我管</mark>",
        "更好的说法：这项业务由相关部门负责",
        "data-subject=\"veto:taboo\"",
        "data-subject=\"item:greeting\"",
        "等待中 38 秒",
        "<svg class=\"strip\"",
    ] {
        assert!(review.contains(told), "{told}: {review}");
    }
    let english = desk.request(Method::GET, &format!("/reviews/{id}"), None);
    let english =
        english.header("cookie", format!("{}; zhijian_lang=en", staff.reviewer.1)).send().await.unwrap();
    let english = page(english, 200).await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("Submit, next"), "{english}");
}

/// The sample of the README.
fn corpus_sample() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/corpora/sample.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

async fn a_submitted_review_is_printed(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let id = posted(&desk, &staff, &corpus_sample()).await;
    let path = format!("/api/v1/reviews/{id}");
    let review: Value = desk.get(&path, &staff.reviewer).await.json().await.unwrap();
    let open = review["open"].as_array().unwrap().iter().map(|subject| match subject.as_str().unwrap() {
        veto if veto.starts_with("veto:") => json!({"subject": veto, "verdict": "confirm"}),
        item => json!({"subject": item, "verdict": "score", "score": 0}),
    });
    let mut decisions: Vec<Value> = open.collect();
    decisions.push(json!({"subject": "item:thanks", "verdict": "score", "score": 1, "reason": "asr-error", "note": "录音里说了<谢谢>"}));
    decisions.push(
        json!({"subject": "missed:1", "verdict": "add", "turn": 14, "start": 0, "end": 7, "note": "推诿"}),
    );
    let patch = desk.request(Method::PATCH, &path, Some(&staff.reviewer)).header("if-match", "\"1\"");
    let patched = patch.json(&json!({"decisions": decisions})).send().await.unwrap();
    assert_eq!(patched.status(), 200, "{}", patched.text().await.unwrap());
    let draft = page(desk.get(&format!("/reviews/{id}/sheet"), &staff.lead).await, 200).await;
    assert!(draft.contains("草稿：复核还没有提交"));
    let submit = desk.request(Method::POST, &format!("{path}/submit"), Some(&staff.reviewer));
    assert_eq!(submit.header("if-match", "\"2\"").send().await.unwrap().status(), 200);
    let sheet = page(desk.get(&format!("/reviews/{id}/sheet"), &staff.lead).await, 200).await;
    assert!(!sheet.contains("草稿：复核还没有提交"));
    for told in [
        "客户代表监听记录表",
        "转写错误：文字与录音不符。录音里说了&#60;谢谢&#62;",
        "出现“喂”“不清楚”“不明白”等禁语",
        "“这事不归我管”",
    ] {
        assert!(sheet.contains(told), "{told}: {sheet}");
    }
    let advice = page(desk.get(&format!("/reviews/{id}/advice"), &staff.lead).await, 200).await;
    for told in [
        "客户代表改进建议单",
        "“我先给您报修,”",
        "推诿",
        "更好的说法：这项业务由相关部门负责",
        "礼貌用语·恰当 0/2",
    ] {
        assert!(advice.contains(told), "{told}: {advice}");
    }
    assert!(!advice.contains("礼貌用语·致谢语"), "{advice}");
}

async fn what_somebody_posted_is_text_on_every_page(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let mut call = transcript(&format!("id-{evil}"));
    call["agent"] = json!({"id": evil, "team": evil});
    call["turns"][0]["text"] = format!("这事不归我管{evil}").into();
    let id = posted(&desk, &staff, &call).await;
    let note = json!({"decisions": [{"subject": "finding:0", "verdict": "confirm", "note": evil}]});
    let patch = desk.request(Method::PATCH, &format!("/api/v1/reviews/{id}"), Some(&staff.reviewer));
    assert_eq!(patch.header("if-match", "\"1\"").json(&note).send().await.unwrap().status(), 200);
    let escaped: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    for (path, shows) in [
        (format!("/reviews/{id}"), true),
        (format!("/reviews/{id}/sheet"), true),
        (format!("/reviews/{id}/advice"), true),
        (format!("/queue?state=open&agent={escaped}"), true),
        ("/queue".to_owned(), true),
        (format!("/login?to={escaped}"), false),
    ] {
        let told = page(desk.get(&path, &staff.reviewer).await, 200).await;
        assert!(!told.contains("<script>alert") && !told.contains("<img"), "{path}: {told}");
        assert_eq!(told.contains("&#60;script&#62;alert"), shows, "{path}: {told}");
    }
}

async fn who_is_not_known_is_led_to_the_log_in_and_back(bench: Bench) {
    let (desk, staff) = desk(&bench).await;
    let stranger = |path: &str| desk.request(Method::GET, path, None).header("accept", "text/html").send();
    let led = stranger("/queue?state=open&team=甲").await.unwrap();
    assert_eq!(led.status(), 303);
    let to = led.headers()["location"].to_str().unwrap().to_owned();
    let log_in = page(stranger(&to).await.unwrap(), 200).await;
    assert!(log_in.contains("data-then=\"/queue?state=open&#38;team="), "{log_in}");
    let elsewhere = page(stranger("/login?to=//evil.cn").await.unwrap(), 200).await;
    assert!(elsewhere.contains("data-then=\"/\""), "{elsewhere}");
    assert_eq!(stranger("/").await.unwrap().headers()["location"], "/login");
    assert_eq!(desk.get("/", &staff.reviewer).await.headers()["location"], "/queue");
    let nowhere = page(stranger("/nowhere").await.unwrap(), 404).await;
    assert!(nowhere.contains("没有这个地址"));
    let style = log_in.split('"').find(|part| part.ends_with("desk.css")).unwrap();
    let style = stranger(style).await.unwrap();
    assert_eq!(style.headers()["cache-control"], "public, max-age=31536000, immutable");
    let older = stranger("/assets/0123456789ab/desk.css").await.unwrap();
    assert_eq!(
        (older.status().as_u16(), &older.headers()["cache-control"]),
        (200, &"no-store".parse().unwrap())
    );
    assert_eq!(stranger("/assets/0123456789ab/mod.rs").await.unwrap().status(), 404);
}
