//! The figures of many reviews, on both databases: five calls of which every figure can be worked out by hand.

use jiff::{Timestamp, ToSpan as _};
use reqwest::Method;
use serde_json::{Value, json};
use zhijian::config::Layer;
use zhijian::pack::Pack;
use zhijian::report::figures::{By, groups};
use zhijian::store::{Place, Span};

use crate::crew::RUBRIC;
use crate::kept::{Desk, Proof, Staff};
use crate::packs::{compiled, rule};
use crate::store::{Bench, on_both};
use crate::support::transcript;

on_both!(
    an_overview_tells_what_can_be_worked_out_by_hand,
    the_page_of_an_overview_begins_with_the_last_month,
    the_page_tells_on_paper_what_it_is_about,
    items_and_rules_are_told_by_what_they_cost,
    figures_are_about_what_is_asked_for,
    a_table_is_saved_for_spreadsheets,
    what_is_not_asked_for_rightly_is_refused,
    days_of_work_begin_where_the_reviewers_are,
    figures_of_reviews_from_before_are_noted_by_the_migration,
);

fn pack() -> Pack {
    compiled(&[
        ("lexicons/rude/words.txt", "title: 忌语\n---\n[F31] 推责\n这事不归我管\n"),
        ("rules/rude.yaml", &rule("forbid: {phrase: {lexicon: rude/words}}")),
        ("rules/rubrics/t.yaml", RUBRIC),
        ("rules/reasons.yaml", "- {id: context, title: 语境不同}\n"),
    ])
}

/// A desk with the five calls.
struct Office {
    desk: Desk,
    staff: Staff,
    bench: Bench,
}

impl Office {
    async fn open(bench: Bench) -> Self {
        let (desk, staff) = Desk::staffed_with(&bench, Layer::default(), pack()).await;
        let office = Self { desk, staff, bench };
        let rude = office.call("1", "2026-11-20", Some(("A1", "001")), true).await;
        let overruled = office.call("2", "2026-11-20", Some(("A1", "002")), false).await;
        office.call("3", "2026-11-21", Some(("=B2", "003")), false).await;
        let held = office.call("4", "2026-11-21", None, true).await;
        let reopened = office.call("5", "2026-11-21", Some(("A1", "001")), false).await;
        office.submit(&rude, 4, 1, json!({"subject": "veto:rude", "verdict": "confirm"})).await;
        let zero = json!({"subject": "item:words", "verdict": "score", "score": 0, "reason": "context"});
        office.submit(&overruled, 2, 3, zero).await;
        office.submit(&reopened, 4, 3, json!({"subject": "item:words", "verdict": "confirm"})).await;
        office.step(Method::POST, &reopened, "/reopen", 3, json!({"why": "再听一遍"})).await;
        office.step(Method::POST, &held, "/claim", 1, json!({})).await;
        office
    }

    async fn call(&self, id: &str, day: &str, agent: Option<(&str, &str)>, is_rude: bool) -> String {
        let mut call = transcript(id);
        call["started_at"] = json!(format!("{day}T09:00:00+08:00"));
        call["agent"] = agent.map_or(json!(null), |(team, id)| json!({"team": team, "id": id}));
        if is_rude {
            call["turns"][0]["text"] = json!("这事不归我管。");
        }
        let posted =
            self.desk.send(Method::POST, "/api/v1/transcripts", Some(&self.staff.machine), call).await;
        assert_eq!(posted.status(), 201);
        posted.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn step(&self, method: Method, id: &str, step: &str, seen: i64, body: Value) {
        let path = format!("/api/v1/reviews/{id}{step}");
        let request = self.desk.request(method, &path, Some(&self.staff.lead));
        let response = request.header("if-match", format!("\"{seen}\"")).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}: {}", response.text().await.unwrap());
    }

    async fn submit(&self, id: &str, tone: i64, care: i64, more: Value) {
        let score = |item: &str, score: i64| json!({"subject": item, "verdict": "score", "score": score});
        let decisions = json!([score("item:tone", tone), score("item:care", care), more]);
        self.step(Method::PATCH, id, "", 1, json!({"decisions": decisions})).await;
        self.step(Method::POST, id, "/submit", 2, json!({})).await;
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.desk.get(&format!("/api/v1/reports/{path}"), &self.staff.lead).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    async fn refused(&self, path: &str, who: &Proof, status: u16) -> String {
        let response = self.desk.get(&format!("/api/v1/reports/{path}"), who).await;
        assert_eq!(response.status(), status, "{path}");
        response.json::<Value>().await.unwrap()["detail"].as_str().unwrap().to_owned()
    }
}

/// The figures with these keys, in this order, each as a list without its name.
fn rows(of: &Value, names: &[&str]) -> Vec<Vec<Value>> {
    let cell = |it: &Value, name: &&str| it.pointer(&format!("/{name}")).cloned().unwrap_or_default();
    let row = |it: &Value| names.iter().map(|name| cell(it, name)).collect();
    of.as_array().unwrap().iter().map(row).collect()
}

async fn an_overview_tells_what_can_be_worked_out_by_hand(bench: Bench) {
    let office = Office::open(bench).await;
    let told = office.get("overview").await;
    assert_eq!(
        told["counts"],
        json!({"drafts": 5, "waiting": 2, "claimed": 1, "submitted": 2, "reopened": 1})
    );
    let names = ["key", "drafts", "submitted", "machine_share", "final_share", "with_hits", "vetoes"];
    // Of the machine's three points: none and all; the human's ten: none by the veto, and five.
    let days =
        [json!(["2026-11-20", 2, 2, 0.5, 0.25, 1, 1]), json!(["2026-11-21", 3, 0, 2.0 / 3.0, null, 1, 0])];
    assert_eq!(json!(rows(&told["days"], &names)), json!(days));
    let teams = [
        json!(["=B2", 1, 0, 1.0, null, 0, 0]),
        json!(["A1", 3, 2, 2.0 / 3.0, 0.25, 1, 1]),
        json!(["", 1, 0, 0.0, null, 1, 0]),
    ];
    assert_eq!(json!(rows(&told["teams"], &names)), json!(teams));
    let agents = [
        json!(["001", 2, 1, 0.5, 0.0, 1, 1]),
        json!(["002", 1, 1, 1.0, 0.5, 0, 0]),
        json!(["003", 1, 0, 1.0, null, 0, 0]),
        json!(["", 1, 0, 0.0, null, 1, 0]),
    ];
    assert_eq!(json!(rows(&told["agents"], &names)), json!(agents));
    // Two items were proposed; about one of them a human decided, against the machine.
    let names = ["proposed", "decided", "agreed", "agreement/value", "agreement_with_implicit/value"];
    let agreement = [json!([2, 1, 0, 0.0, 0.5]), json!([0, 0, 0, null, null])];
    assert_eq!(json!(rows(&told["days"], &names)), json!(agreement));
    let spread = |name: &str| rows(&told["scores"], &[name]).concat();
    assert_eq!(json!(spread("machine")), json!([2, 0, 0, 0, 0, 0, 0, 0, 0, 3]));
    assert_eq!(json!(spread("final")), json!([1, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
    let today = &told["today"];
    assert_eq!(json!(rows(&told["reviewers"], &["name", "day", "submitted"])), json!([["lead", today, 2]]));
}

async fn items_and_rules_are_told_by_what_they_cost(bench: Bench) {
    let office = Office::open(bench).await;
    let names = ["rubric", "item", "title", "reviewed", "lost", "mean_lost", "share"];
    let items = office.get("items").await;
    let expected = [
        json!(["t", "words", "用语", 2, 6.0, 3.0, 1.0]),
        json!(["t", "care", "关怀", 2, 2.0, 1.0, 2.0 / 6.0]),
        json!(["t", "tone", "语气", 2, 2.0, 1.0, 0.25]),
    ];
    assert_eq!(json!(rows(&items["items"], &names)), json!(expected));
    let hits = office.get("hits").await;
    assert_eq!(
        hits,
        json!({"rules": [{"rule": "rude", "title": "规则", "drafts": 2, "hits": 2, "candidates": 0}]})
    );
    assert_eq!(office.get("hits?team=A1").await["rules"][0]["hits"], 1);
    assert_eq!(office.get("hits?agent=003").await["rules"], json!([]));
    assert_eq!(office.get("items?from=2026-11-21").await["items"], json!([]), "nothing submitted");
}

async fn figures_are_about_what_is_asked_for(bench: Bench) {
    let office = Office::open(bench).await;
    let pack = pack().digest().to_owned();
    for (query, counts) in [
        ("team=A1".to_owned(), [3, 2]),
        ("team=A1&agent=002".to_owned(), [1, 1]),
        ("from=2026-11-21".to_owned(), [3, 0]),
        ("to=2026-11-20".to_owned(), [2, 2]),
        ("from=2026-11-20&to=2026-11-20&rubric=t".to_owned(), [2, 2]),
        ("rubric=other".to_owned(), [0, 0]),
        (format!("pack={pack}&from=2026-11-20"), [5, 2]),
        ("pack=sha256:0".to_owned(), [0, 0]),
    ] {
        let told = office.get(&format!("overview?{query}")).await;
        let own = [&told["counts"]["drafts"], &told["counts"]["submitted"]];
        assert_eq!(own, [&json!(counts[0]), &json!(counts[1])], "{query}");
        for part in ["days", "teams", "agents"] {
            let sum = |name: &str| {
                rows(&told[part], &[name]).concat().iter().filter_map(Value::as_i64).sum::<i64>()
            };
            assert_eq!([sum("drafts"), sum("submitted")], counts, "{query} {part}");
        }
        let spread: Vec<i64> =
            rows(&told["scores"], &["final"]).concat().iter().filter_map(Value::as_i64).collect();
        assert_eq!(spread.iter().sum::<i64>(), counts[1], "{query}");
        let worked: Vec<i64> =
            rows(&told["reviewers"], &["submitted"]).concat().iter().filter_map(Value::as_i64).collect();
        assert_eq!(worked.iter().sum::<i64>(), counts[1], "{query}");
    }
    let agreement = office.get("agreement?from=2026-11-20").await;
    assert_eq!(agreement["items"][2]["explicit"]["decided"], 1, "the same as is told there");
}

async fn a_table_is_saved_for_spreadsheets(bench: Bench) {
    let office = Office::open(bench).await;
    let saved = async |query: &str| {
        let path = format!("/api/v1/reports/overview?{query}");
        let response = office.desk.get(&path, &office.staff.lead).await;
        assert_eq!(response.status(), 200, "{query}");
        let head = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let heads = (head("content-type"), head("content-disposition"));
        (heads, response.bytes().await.unwrap())
    };
    let ((kind, place), teams) = saved("format=csv&table=teams").await;
    assert_eq!(kind, "text/csv; charset=utf-8");
    assert!(
        place.contains("filename=\"zhijian-teams-") && place.contains("filename*=UTF-8''%E8%B4%A8"),
        "{place}"
    );
    let expected = "\u{feff}班组,初稿,已提交,机评得分率,复核得分率,有命中的初稿,执行的否决,逐项判断,其中一致,一致率,一致率下限,一致率上限,一致率(含默认确认)\r\n\
                    '=B2,1,0,100.00%,,0,0,0,0,,,,\r\n\
                    A1,3,2,66.67%,25.00%,1,1,1,0,0.00%,0.00%,79.35%,50.00%\r\n\
                    ,1,0,0.00%,,1,0,0,0,,,,\r\n";
    assert_eq!(String::from_utf8(teams.to_vec()).unwrap(), expected);
    let (_, items) = saved("format=csv&table=items").await;
    let items = String::from_utf8(items.to_vec()).unwrap();
    assert!(items.contains("\r\nt,words,用语,2,6.00,3.00,100.00%\r\n"), "{items}");
    for table in ["days", "teams", "agents", "scores", "items", "rules", "reviewers"] {
        let (_, text) = saved(&format!("format=csv&table={table}")).await;
        assert!(text.iter().filter(|byte| **byte == b'\n').count() > 1, "{table}");
        let ((kind, place), book) = saved(&format!("format=xlsx&table={table}")).await;
        assert_eq!(kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        assert!(place.contains(&format!("zhijian-{table}-")) && place.contains(".xlsx"), "{place}");
        assert!(book.starts_with(b"PK"), "{table}");
    }
}

async fn the_page_of_an_overview_begins_with_the_last_month(bench: Bench) {
    let office = Office::open(bench).await;
    let lead = &office.staff.lead;
    let today = jiff::tz::offset(8).to_datetime(Timestamp::now()).date();
    let begins = office.desk.get("/overview", lead).await;
    assert_eq!(begins.status(), 303);
    assert_eq!(
        begins.headers()["location"].to_str().unwrap(),
        format!("/overview?from={}", today.saturating_sub(29.days()))
    );
    let page =
        async |query: &str| office.desk.get(&format!("/overview?{query}"), lead).await.text().await.unwrap();
    let of_team = page(&format!("from={}&team=甲", today.saturating_sub(6.days()))).await;
    let here = format!(
        "href=\"/overview?from={}&#38;team=%E7%94%B2\" aria-current=\"page\"",
        today.saturating_sub(6.days())
    );
    assert!(of_team.contains(&here), "{here}: {of_team}");
    assert!(of_team.contains("这样筛选下没有通话") && !of_team.contains("class=\"panel\""), "{of_team}");
    assert!(page("from=&agent=999").await.contains("这样筛选下没有通话"));
    let back = office.desk.get("/overview?from=2026-11-21&to=2026-11-20", lead).await;
    assert_eq!(back.status(), 422);
    assert!(back.text().await.unwrap().contains("开始日期晚于结束日期"));
    let all = page("from=").await;
    assert!(
        all.contains("href=\"/overview?from=\" aria-current=\"page\"") && all.contains("class=\"plot\""),
        "{all}"
    );
}

async fn the_page_tells_on_paper_what_it_is_about(bench: Bench) {
    let office = Office::open(bench).await;
    let page =
        office.desk.get("/overview?from=2026-11-20&to=2026-11-21&team=A1&rubric=t", &office.staff.lead);
    let page = page.await.text().await.unwrap();
    for told in [
        "<span>班组 <b>A1</b></span>",
        "<span>工号 <b>全部</b></span>",
        "<span>通话日期 <b>2026-11-20 至 2026-11-21</b></span>",
        "<span>打印于 <b>20",
        "<th scope=\"col\" class=\"number\">初稿</th>",
        "<th scope=\"col\" class=\"number no-print\">一致率上限</th>",
        "<th scope=\"row\">合计</th><td class=\"number\">3</td><td class=\"number\">2</td>",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("<td class=\"date\">2026-11-21<") < place("<td class=\"date\">2026-11-20<"), "{page}");
    assert!(!page.contains("人员编号"), "{page}");
}

async fn what_is_not_asked_for_rightly_is_refused(bench: Bench) {
    let office = Office::open(bench).await;
    let lead = &office.staff.lead;
    for (query, told) in [
        ("overview?format=csv&table=everything", "可选的有：days、teams"),
        ("overview?format=pdf", "可选的有：json、csv、xlsx"),
        ("overview?offset=8", "offset 写成"),
        ("overview?offset=%2B15:00", "offset 写成"),
        ("overview?from=yesterday", "from 写成日期"),
        ("items?team=%00", "不能有空字符"),
        ("hits?offset=%2B08:00", "没有 offset 这个字段"),
    ] {
        let detail = office.refused(query, lead, 400).await;
        assert!(detail.contains(told), "{query}: {detail}");
    }
    for report in ["overview", "items", "agreement"] {
        let detail = office.refused(&format!("{report}?from=2026-11-21&to=2026-11-20"), lead, 422).await;
        assert!(detail.contains("from 不能晚于 to：开始日期晚于结束日期"), "{report}: {detail}");
    }
    for path in ["overview", "items", "hits"] {
        office.refused(path, &office.staff.reviewer, 403).await;
    }
}

async fn days_of_work_begin_where_the_reviewers_are(bench: Bench) {
    let office = Office::open(bench).await;
    // 2026-11-21T16:30:00Z, half an hour into the next day in China.
    office.bench.tamper("UPDATE reviews SET submitted_at = 1795278600000 WHERE state = 'submitted'").unwrap();
    for (query, day) in
        [("", "2026-11-22"), ("?offset=%2B07:00", "2026-11-21"), ("?offset=-08:00", "2026-11-21")]
    {
        let told = office.get(&format!("overview{query}")).await;
        assert_eq!(json!(rows(&told["reviewers"], &["day", "submitted"])), json!([[day, 2]]), "{query}");
    }
}

/// What the migration notes of reviews that were submitted before is what submitting them notes now.
async fn figures_of_reviews_from_before_are_noted_by_the_migration(bench: Bench) {
    let office = Office::open(bench).await;
    let span = Span { pack: Some(pack().digest().to_owned()), ..Span::default() };
    let figures = async || groups(office.desk.store.groups(By::Agent, &span).await.unwrap());
    let before = figures().await;
    let none = "UPDATE reviews SET pack = '', final_max = 0, proposed = 0, decided = 0, overruled = 0, carried_out = 0";
    office.bench.tamper(none).unwrap();
    assert_eq!(figures().await, []);
    let migration = match office.bench.place {
        Place::Folder(_) => include_str!("../../src/store/migrations/0005_figures.sqlite.sql"),
        Place::Postgres(_) => include_str!("../../src/store/migrations/0005_figures.postgres.sql"),
    };
    let updates = migration.split(';').filter(|statement| statement.trim().starts_with("UPDATE"));
    office.bench.tamper(&updates.collect::<Vec<_>>().join(";")).unwrap();
    assert_eq!(figures().await, before);
}
