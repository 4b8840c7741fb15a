//! Pictures of all pages for the documents: `scripts/screenshots` has them taken.

use std::path::Path;

use tempfile::TempDir;

use super::Browser;
use super::look::Colours;
use crate::crew::Caller;
use crate::demo::Told;
use crate::support::Served;

/// A picture of a page.
struct Picture {
    /// Its file is called so.
    name: &'static str,
    /// Where it is; `{submitted}` stands for the id of the review that was submitted last, `{open}` for one that waits.
    path: &'static str,
    /// Who looks at it; nobody, where it says nobody.
    login: Option<&'static str>,
    /// What is there then.
    shows: &'static str,
    colours: Colours,
}

/// A page as it is by day.
const fn picture(
    name: &'static str,
    login: &'static str,
    path: &'static str,
    shows: &'static str,
) -> Picture {
    Picture { name, path, login: Some(login), shows, colours: Colours::Light }
}

/// What is only there while nobody is.
const SET_UP: &str = "/setup";

const PICTURES: [Picture; 23] = [
    Picture { login: None, ..picture("login", "", "/login", "form") },
    Picture { login: None, ..picture("setup", "", SET_UP, "form") },
    picture("queue", "reviewer1", "/queue", "[data-rows]"),
    picture("review", "reviewer1", "/reviews/{open}", "html[data-ready]"),
    Picture {
        colours: Colours::Dark,
        ..picture("review-dark", "reviewer1", "/reviews/{open}", "html[data-ready]")
    },
    picture("sheet", "lead", "/reviews/{submitted}/sheet", ".sheet"),
    picture("advice", "lead", "/reviews/{submitted}/advice", ".sheet"),
    picture("overview", "lead", "/overview", ".plot"),
    picture("people", "admin", "/people", "main table"),
    picture("tokens", "admin", "/tokens", "main"),
    picture("webhooks", "admin", "/webhooks", "main"),
    picture("audit", "admin", "/audit", "main table"),
    picture("system", "admin", "/system", "main"),
    picture("try", "lead", "/try?rule=forbidden/not-my-job&example=1", "main"),
    picture("pack", "lead", "/pack", "main table"),
    picture("rule", "lead", "/pack/rules/forbidden/not-my-job", "main"),
    picture("lexicon", "lead", "/pack/lexicons/forbidden/not-my-job", "main"),
    picture("lexicons", "lead", "/pack/lexicons", "main table"),
    picture("rubrics", "lead", "/pack/rubrics", "main table"),
    picture("rubric", "lead", "/pack/rubrics/v3.1", "main"),
    picture("criteria", "lead", "/pack/criteria", "main"),
    picture("account", "admin", "/account", "main"),
    Picture { login: None, ..picture("api-docs", "", "/api/docs", ".opblock-summary") },
];

/// The riskiest call that waits and has times, so that there is a time line.
async fn with_times(lead: &Caller) -> String {
    let waiting = lead.get("/api/v1/reviews?state=open&free=true&limit=100").await.unwrap().json(200);
    for review in waiting["reviews"].as_array().unwrap() {
        let id = review["id"].as_str().unwrap();
        let review = lead.get(&format!("/api/v1/reviews/{id}")).await.unwrap().json(200);
        if review["transcript"]["turns"][0]["start_ms"].is_number() {
            return id.to_owned();
        }
    }
    panic!("the demo has a call with times that waits");
}

#[tokio::test]
#[ignore = "writes into docs/screenshots: scripts/screenshots runs it"]
async fn of_every_page() {
    let data = TempDir::new().unwrap();
    let empty = Served::start(&["--data", &data.path().display().to_string()]);
    let mut served = Served::start(&["--demo"]);
    let told = Told::by(&mut served);
    let lead = Caller::log_in_with(&served, "lead", &told.passwords["lead"]).await;
    let last = lead.get("/api/v1/reviews?state=submitted&order=submitted&limit=1").await.unwrap().json(200);
    let submitted = last["reviews"][0]["id"].as_str().unwrap();
    let open = with_times(&lead).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    for picture in PICTURES {
        let address = if picture.path == SET_UP { empty.address } else { served.address };
        let browser = Browser::before(address).await;
        browser.viewport(1366, 768).await;
        browser.colours(picture.colours).await;
        if let Some(login) = picture.login {
            browser.come_as(&Caller::log_in_with(&served, login, &told.passwords[login]).await).await;
        }
        browser.open(&picture.path.replace("{submitted}", submitted).replace("{open}", &open)).await;
        browser.wait_for("main, .opblock-summary").await;
        browser.wait_for(picture.shows).await;
        browser.only_own_origin().await;
        browser.screenshot(&folder.join(picture.name).with_extension("png")).await;
    }
}
