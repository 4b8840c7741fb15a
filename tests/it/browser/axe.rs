//! Whether everybody can use a page, as far as axe-core can tell: WCAG 2.2 at level AA and what it holds for good practice.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use super::Browser;
use super::look::Colours;

/// Runs axe-core, which is in the page already, and gives what it finds in a form that is easy to read.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(({violations}) =>
        violations.map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(node =>
            ({target: node.target.flat().join(' '), summary: node.failureSummary}))})))";

/// A rule of axe-core's that a page breaks.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Violation {
    pub(crate) id: String,
    /// `minor`, `moderate`, `serious`, `critical`
    pub(crate) impact: String,
    help: String,
    nodes: Vec<Node>,
    #[serde(skip)]
    pub(crate) colours: Colours,
}

/// Where it is broken.
#[derive(Clone, Debug, Deserialize)]
struct Node {
    target: String,
    summary: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} ({}, {:?}): {}", self.id, self.impact, self.colours, self.help)?;
        for node in &self.nodes {
            writeln!(out, "  {}\n    {}", node.target, node.summary.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

impl Browser {
    /// What axe-core finds in the page as it stands, in light and in dark colours; the colours stay as they were.
    pub(crate) async fn axe(&self) -> Vec<Violation> {
        let before = self.colours_now();
        self.still(true).await;
        let mut all = Vec::new();
        for colours in [Colours::Light, Colours::Dark] {
            self.colours(colours).await;
            all.extend(self.axe_in(colours).await);
        }
        self.colours(before).await;
        self.still(false).await;
        all
    }

    /// Nothing is found that keeps somebody from using the page.
    pub(crate) async fn assert_accessible(&self) {
        let all = self.axe().await;
        let grave = all.iter().filter(|it| ["serious", "critical"].contains(&it.impact.as_str()));
        let grave: Vec<String> = grave.map(Violation::to_string).collect();
        let url = self.evaluate("location.href").await;
        assert!(grave.is_empty(), "not everybody can use {url}:\n{}", grave.concat());
    }

    async fn axe_in(&self, colours: Colours) -> Vec<Violation> {
        if self.evaluate("typeof axe").await == "undefined" {
            let file = axe_core();
            let source = std::fs::read_to_string(&file);
            let source =
                source.unwrap_or_else(|error| panic!("{}: {error}; run scripts/browser", file.display()));
            self.wire.script(&source, json!([])).await.expect("axe-core as it is published");
        }
        let found: Vec<Violation> = serde_json::from_value(self.run(RUN).await).unwrap();
        found.into_iter().map(|it| Violation { colours, ..it }).collect()
    }
}

/// Where `scripts/browser` has put axe-core, and says it has.
fn axe_core() -> PathBuf {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let usual = || built.join("axe-core").join("axe.min.js");
    env::var_os("ZHIJIAN_AXE").map_or_else(usual, PathBuf::from)
}
