// The queue: claim the next with one key, move through the rows, and see what the day has brought so far.

import { ask } from "./api.js";
import { onKeys } from "./keys.js";
import { midnight } from "./time.js";
import { t } from "./words.js";

const rows = [...document.querySelectorAll("[data-rows] a.row")];
const problem = document.querySelector("[data-problem]");

/** The filters of the page, as the API takes them. */
function filters() {
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  const content = {};
  for (const [name, value] of Object.entries(asked)) {
    if (!value || ["state", "free", "person", "cursor", "limit"].includes(name)) continue;
    if (name === "order" && value === "submitted") continue;
    content[name] = value === "true" ? true : /^(min_|max_)/.test(name) ? Number(value) : value;
  }
  return content;
}

async function next() {
  // The review page goes on with the same filters.
  sessionStorage.setItem("zhijian:queue", JSON.stringify(filters()));
  try {
    const { body } = await ask("POST", "/api/v1/reviews/next", { body: filters() });
    if (body.review) location.assign(`/reviews/${body.review.id}`);
    else say(t("没有等着复核的了"));
  } catch (refused) {
    say(refused.message);
  }
}

function say(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

function move(step) {
  const here = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + step))]?.focus();
}

document.querySelector("[data-next]").addEventListener("click", next);
onKeys({
  n: next,
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[name=transcript_id]").focus(),
});

const query = new URLSearchParams({ person: "me", submitted_from: midnight() });
ask("GET", `/api/v1/reviews/counts?${query}`).then(
  ({ body }) => (document.querySelector("[data-today]").textContent = body.submitted),
  () => {},
);
