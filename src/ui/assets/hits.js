// How often each rule has hit, for who may see reports.

import { ask } from "./api.js";
import { t } from "./words.js";

const answer = await ask("GET", "/api/v1/reports/hits").catch(() => null);

if (answer) {
  const known = new Map(answer.body.rules.map((rule) => [rule.rule, rule]));
  for (const head of document.querySelectorAll("[data-hits-head]")) head.hidden = false;
  for (const cell of document.querySelectorAll("[data-hits]")) {
    const { hits, candidates, drafts } = known.get(cell.dataset.hits) ?? { hits: 0, candidates: 0, drafts: 0 };
    const whole = t("命中 {} 处，疑似 {} 处，在 {} 份初稿里", hits, candidates, drafts);
    cell.hidden = false;
    cell.textContent = cell.dataset.whole === undefined ? hits : whole;
    cell.title = whole;
  }
}
