//! Every page of the desk for everybody: no serious finding of axe-core in light and dark, nothing cut off at 200 %.

use super::desk::{Desk, sample};

/// The pages, and who looks at them.
const PAGES: [(&str, Option<&str>); 21] = [
    ("/overview?from=", Some("zhu")),
    ("/try", Some("zhu")),
    ("/pack", Some("zhu")),
    ("/pack/lexicons", Some("zhu")),
    ("/pack/rubrics", Some("zhu")),
    ("/pack/rubrics/v3.1", Some("zhu")),
    ("/pack/criteria", Some("zhu")),
    ("/pack/rules/forbidden/not-my-job", Some("zhu")),
    ("/pack/lexicons/forbidden/not-my-job", Some("zhu")),
    ("/people", Some("guan")),
    ("/tokens", Some("guan")),
    ("/webhooks", Some("guan")),
    ("/audit", Some("guan")),
    ("/system", Some("guan")),
    ("/login", None),
    ("/setup", None),
    ("/nowhere", None),
    ("/account", Some("lin")),
    ("/queue", Some("lin")),
    ("/queue?state=submitted&order=submitted", Some("zhu")),
    ("/queue?state=open&agent=nobody", Some("zhu")),
];

#[tokio::test]
async fn no_page_shuts_anybody_out() {
    let desk = Desk::open().await;
    let id = desk.post(&sample()).await;
    let reviews = ["", "/sheet", "/advice"].map(|page| (format!("/reviews/{id}{page}"), Some("zhu")));
    let pages = PAGES.map(|(path, login)| (path.to_owned(), login)).into_iter().chain(reviews);
    let stranger = desk.stranger().await;
    let (lin, zhu, guan) = (desk.browser("lin").await, desk.browser("zhu").await, desk.browser("guan").await);
    for (path, login) in pages {
        let browser = match login {
            None => &stranger,
            Some("lin") => &lin,
            Some("zhu") => &zhu,
            Some(_) => &guan,
        };
        browser.viewport(1366, 768).await;
        browser.open(&path).await;
        browser.wait_for("main").await;
        browser.assert_accessible().await;
        browser.zoom_to_200_percent(1366, 768).await;
        let is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(browser.evaluate(is_wider).await, false, "{path} must be scrolled sideways at 200 %");
    }
    for browser in [stranger, lin, zhu, guan] {
        browser.leave(&["404"]).await;
    }
}

#[tokio::test]
async fn dialogs_are_for_everybody_too() {
    let (_desk, _, browser) = Desk::at_a_call(&sample()).await;
    for (keys, dialog) in [("?", "help"), ("/", "search"), ("x", "reason"), ("w", "why"), ("m", "missed")] {
        browser.press(keys).await;
        browser.wait_for(&format!("#{dialog}[open]")).await;
        browser.assert_accessible().await;
        browser.press("Escape").await;
        browser.wait_until(&format!("!document.querySelector('#{dialog}').open")).await;
        assert_eq!(browser.subject_here().await, "veto:taboo");
    }
    browser.leave(&[]).await;
}
