//! Pictures of all pages for the documents: `scripts/screenshots` has them taken.

use std::collections::HashMap;
use std::path::Path;

use super::Browser;
use crate::crew::{Caller, Crew};
use crate::store::Bench;

/// A picture of a page.
struct Picture {
    /// Its file is called so.
    name: &'static str,
    path: &'static str,
    /// Who looks at it: a role, or nobody.
    role: Option<&'static str>,
    /// The keys that bring the page to where it is to be seen.
    keys: &'static str,
    /// What is there then.
    shows: &'static str,
}

const PICTURES: &[Picture] =
    &[Picture { name: "api-docs", path: "/api/docs", role: None, keys: "", shows: ".opblock-summary" }];

#[tokio::test]
#[ignore = "writes into docs/screenshots: scripts/screenshots runs it"]
async fn of_every_page() {
    let crew = Crew::settle(Bench::sqlite().await, &ROLES.map(|role| (role, role))).await;
    let served = crew.serve();
    let mut callers = HashMap::new();
    for role in ROLES {
        callers.insert(role, Caller::log_in(&served, role).await);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    for picture in PICTURES {
        let browser = Browser::before(served.address).await;
        browser.viewport(1366, 768).await;
        if let Some(role) = picture.role {
            browser.come_as(&callers[role]).await;
        }
        browser.open(picture.path).await;
        browser.press(picture.keys).await;
        browser.wait_for(picture.shows).await;
        browser.no_complaints().await;
        browser.screenshot(&folder.join(picture.name).with_extension("png")).await;
    }
}

const ROLES: [&str; 3] = ["reviewer", "lead", "admin"];
