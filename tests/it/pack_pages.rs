//! `/pack`: what is in the pack, what is wrong with its files, what belongs together; nothing in it becomes markup.

use reqwest::Method;
use serde_json::{Value, json};
use zhijian::config::Layer;
use zhijian::shelf::{Change, Shelf};

use crate::kept::Desk;
use crate::packs::{Folder, compiled, rule, shipped};
use crate::store::{Bench, on_both};
use crate::trial_page::{Bare, rude};

const XSS: &str = "<script>alert(1)</script>";

#[tokio::test]
async fn every_part_of_the_shipped_pack_has_its_page() {
    let server = Bare::open(zhijian::pack::Pack::shipped().unwrap()).await;
    let pack = shipped();
    let (rules, lexicons) = (server.text("/pack").await, server.text("/pack/lexicons").await);
    let (rubrics, criteria) = (server.text("/pack/rubrics").await, server.text("/pack/criteria").await);
    assert!(rules.contains("程序自带") && rules.contains(&pack.digest()[..19]));
    for rule in &pack.rules {
        assert!(rules.contains(&format!(r#"href="/pack/rules/{}""#, rule.id)), "{}", rule.id);
    }
    for lexicon in pack.lexicons.catalogue() {
        assert!(lexicons.contains(&format!(r#"href="/pack/lexicons/{}""#, lexicon.id)), "{}", lexicon.id);
    }
    for rubric in pack.rubrics() {
        assert!(rubrics.contains(&format!(r#"href="/pack/rubrics/{}""#, rubric.id)), "{}", rubric.id);
        let page = server.text(&format!("/pack/rubrics/{}", rubric.id)).await;
        assert!(rubric.items.iter().all(|item| page.contains(&format!(r#"id="item-{}""#, item.id))));
        assert!(rubric.switches.iter().all(|switch| page.contains(&switch.title)));
    }
    assert!(criteria.contains("V31-01") && criteria.contains("#item-greeting"), "{criteria}");
    assert_eq!(server.get("/pack/rules/none").await.status(), 404);
    assert_eq!(server.get("/pack/lexicons/none").await.status(), 404);
    assert_eq!(server.get("/pack/rubrics/none").await.status(), 404);
}

#[tokio::test]
async fn every_page_of_a_rule_and_of_a_lexicon_can_be_made() {
    let server = Bare::open(zhijian::pack::Pack::shipped().unwrap()).await;
    let pack = shipped();
    for rule in &pack.rules {
        let page = server.text(&format!("/pack/rules/{}", rule.id)).await;
        assert!(page.contains("源文件") && !page.contains(" style="), "{}", rule.id);
        let dialogues = page.matches(r#"<ol class="dialogue""#).count();
        assert_eq!(dialogues, rule.examples.len(), "{}", rule.id);
    }
    for lexicon in pack.lexicons.catalogue() {
        let page = server.text(&format!("/pack/lexicons/{}", lexicon.id)).await;
        let rows = page.matches(r#"<th scope="row""#).count();
        assert_eq!(rows, lexicon.entries, "{}", lexicon.id);
    }
}

#[tokio::test]
async fn a_rule_shows_what_it_serves_what_proves_it_and_who_uses_it() {
    let server = Bare::open(zhijian::pack::Pack::shipped().unwrap()).await;
    let page = server.text("/pack/rules/forbidden/not-my-job").await;
    for told in [
        "这事不归我管",
        r#"<a href="/pack/lexicons/forbidden/not-my-job""#,
        r#"<a href="/pack/rubrics/v3.1""#,
        r#"<mark class="hit">不规我管</mark>"#,
        "/try?rule=forbidden/not-my-job&amp;example=0",
        "yaml-language-server",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let lexicon = server.text("/pack/lexicons/guards/negation").await;
    assert!(lexicon.contains("reach: 4") && lexicon.contains("/pack/lexicons/forbidden/not-my-job"));
    let found = server.text("/pack/lexicons/forbidden/not-my-job?q=%E9%94%85").await;
    assert!(found.contains("锅") && found.matches(r#"<th scope="row""#).count() < 20, "{found}");
}

#[tokio::test]
async fn a_long_lexicon_has_several_pages_and_all_of_it_is_searched() {
    let entries: String = (0..1100).map(|n| format!("词条{n}号\n")).collect();
    let lexicon = format!("title: 很长\n---\n{entries}");
    let named = rule("forbid: {phrase: {lexicon: long}}");
    let server = Bare::open(compiled(&[("lexicons/long.txt", &lexicon), ("rules/long.yaml", &named)])).await;
    let rows = |page: &str| page.matches(r#"<th scope="row""#).count();
    let (first, last) =
        (server.text("/pack/lexicons/long").await, server.text("/pack/lexicons/long?page=3").await);
    assert!(rows(&first) == 500 && first.contains("第 1 页，共 3 页") && first.contains(r#"rel="next""#));
    assert!(rows(&last) == 100 && last.contains("词条1099号") && !last.contains(r#"rel="next""#));
    assert_eq!(rows(&server.text("/pack/lexicons/long?q=%E6%9D%A1109&page=").await), 11);
    assert_eq!(rows(&server.text("/pack/lexicons/long?page=99").await), 0);
}

#[tokio::test]
async fn what_a_pack_says_is_never_markup() {
    let lexicon = format!("title: {XSS}\nnote: {XSS}\n---\n[{XSS}] {XSS}\n不归我管 :: better={XSS}\n");
    let named = rule("forbid: {phrase: {lexicon: rude}}").replace("title: 规则", &format!("title: '{XSS}'"));
    let named = named.replace("ref: R", &format!("ref: '{XSS}'")).replace("客服:一", &format!("客服:{XSS}"));
    let pack = compiled(&[("lexicons/rude.txt", &lexicon), ("rules/rude.yaml", &named)]);
    let server = Bare::open(pack).await;
    for path in
        ["/pack", "/pack/lexicons", "/pack/rubrics", "/pack/rules/rude", "/pack/lexicons/rude?q=%3Cscript"]
    {
        let page = server.text(path).await;
        assert!(!page.contains("<script>"), "{path}");
    }
    assert!(server.text("/pack/rules/rude").await.contains("&#60;script&#62;"));
}

#[tokio::test]
async fn a_refused_change_is_told_with_every_place() {
    let folder = Folder::new();
    let shelf = Shelf::open(Some(folder.path().to_owned())).unwrap();
    let broken = format!("title: 规则\nref: R\nseverity: '{XSS}'\n");
    let folder = folder.file("rules/rude.yaml", &broken);
    assert_eq!(shelf.refresh(), Change::None, "it must come to rest first");
    assert!(matches!(shelf.refresh(), Change::Refused(_)));
    let server = Bare::open_on(shelf).await;
    let page = server.text("/pack").await;
    assert!(page.contains(r#"role="alert""#) && page.contains("rules/rude.yaml:3:"), "{page}");
    assert!(!page.contains("<script>") && page.contains("&#60;script&#62;"), "{page}");
    assert!(page.contains(&*folder.path().to_string_lossy()));
}

#[tokio::test]
async fn words_are_looked_for_through_the_api() {
    let server = Bare::open(rude()).await;
    let found: Value = server
        .get("/api/v1/pack/search?q=%E5%9A%AF%E4%B8%8D%E5%BD%92%E6%88%91%E7%AE%A1")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(found, json!({"rules": ["forbidden/rude"], "lexicons": ["forbidden/rude"], "rubrics": []}));
    for wrong in ["", "?q=", "?q=%20", "?x=1", &format!("?q={}", "a".repeat(101))] {
        assert_eq!(server.get(&format!("/api/v1/pack/search{wrong}")).await.status(), 400, "{wrong}");
    }
}

on_both!(only_who_may_see_the_pack_comes);

async fn only_who_may_see_the_pack_comes(bench: Bench) {
    let (desk, staff) = Desk::staffed_with(&bench, Layer::default(), rude()).await;
    for path in ["/pack", "/pack/lexicons", "/pack/rules/forbidden/rude", "/pack/rubrics/t"] {
        for (who, status) in [(&staff.reviewer, 200), (&staff.admin, 200), (&staff.machine, 403)] {
            assert_eq!(desk.get(path, who).await.status(), status, "{path}");
        }
        let stranger = desk.request(Method::GET, path, None).send().await.unwrap();
        assert_eq!(stranger.status(), 303);
    }
    let page = desk.get("/pack/rules/forbidden/rude", &staff.admin).await.text().await.unwrap();
    assert!(!page.contains("/try"), "who reads no calls tries none");
}
