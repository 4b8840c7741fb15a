//! The documentation of the interface, as a server shows it.

use super::Browser;
use crate::crew::{Caller, Crew};
use crate::store::Bench;

#[tokio::test]
async fn it_is_complete_without_any_other_server() {
    let crew = Crew::settle(Bench::sqlite().await, &[("reviewer", "reviewer")]).await;
    let served = crew.serve();
    let browser = Browser::before(served.address).await;
    browser.open("/api/docs").await;
    browser.wait_for(".opblock-summary").await;
    browser.only_own_origin().await;
    browser.no_complaints().await;
}

#[tokio::test]
async fn it_tries_requests_in_the_name_of_whoever_has_logged_in() {
    let crew = Crew::settle(Bench::sqlite().await, &[("reviewer", "reviewer")]).await;
    let served = crew.serve();
    let browser = Browser::before(served.address).await;
    browser.open("/api/docs").await;
    let asked = "fetch('/api/v1/session').then(it => it.status)";
    assert_eq!(browser.evaluate(asked).await, 401);
    browser.come_as(&Caller::log_in(&served, "reviewer").await).await;
    assert_eq!(browser.evaluate(asked).await, 200);
    browser.no_complaints_but(&["401"]).await;
}
