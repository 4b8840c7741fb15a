//! Where other systems are told what happens, and how that fares.

use askama::Template;

use super::super::Frame;
use crate::store::{Delivery, Endpoint};
use crate::webhook::event::Sort;

/// Every endpoint.
#[derive(Debug, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage {
    /// What every page has.
    pub page: Frame,
    /// In the order in which they were taken up.
    pub endpoints: Vec<Endpoint>,
    /// Where messages may go, as the operator wrote it.
    pub allowed: Vec<String>,
}

/// One endpoint, with its deliveries.
#[derive(Debug, Template)]
#[template(path = "webhook.html")]
pub struct WebhookPage {
    /// What every page has.
    pub page: Frame,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Some of its deliveries, the latest first.
    pub deliveries: Vec<Delivery>,
    /// Where those before them are.
    pub next: Option<String>,
}

/// What an endpoint can be told of: every event but the test message, which it gets on demand.
fn events() -> impl Iterator<Item = Sort> {
    Sort::ALL.into_iter().filter(|sort| *sort != Sort::Ping)
}

impl WebhookPage {
    fn tells(&self, sort: &Sort) -> bool {
        self.endpoint.events.iter().any(|event| event == sort.name())
    }
}

/// An event in words, by its name.
fn event_title(name: &str) -> &'static str {
    match name {
        "draft.created" => "有了新初稿",
        "review.submitted" => "复核已提交",
        "review.reopened" => "复核被退回",
        "veto.proposed" => "建议否决",
        "job.finished" => "批量任务做完",
        "pack.changed" => "换了规则包",
        _ => "测试消息",
    }
}

/// How a delivery fares, in words.
fn state_title(state: &str) -> &'static str {
    match state {
        "delivered" => "已送到",
        "failed" => "没有送到",
        _ => "等待发送",
    }
}

/// Why an attempt has failed, in words.
fn failure_title(failure: &str) -> &'static str {
    match failure {
        "refused_target" => "地址不在允许名单里",
        "dns" => "域名解析不了",
        "connect" => "连不上",
        "tls" => "加密连接失败",
        "timeout" => "对方没有及时回答",
        "status" => "对方没有接受",
        "gone" => "对方说不再需要（410）",
        _ => "没有送到",
    }
}
