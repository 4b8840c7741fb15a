// Trying it: the draft follows what is typed, and what is wrong with it is said beside it.

import { composing, onKeys } from "./keys.js";
import { atLine, atPointer, lineOf } from "./place.js";
import { t } from "./words.js";

const form = document.querySelector("[data-trial]");
const { text, rubric, rule, all_rules } = form.elements;
const problem = form.querySelector("[data-problem]");
const status = form.querySelector("[data-status]");
const result = document.querySelector("[data-result]");
const empty = result.innerHTML;

/** So long nobody types before it is scored, in milliseconds; longer where scoring takes longer. */
const PAUSE = 400;

/** What is in the field without anybody having typed it. */
let given = text.value;
let waiting = 0;
let pause = PAUSE;
let running = null;
let told = "";

/** Sends what there is; the answer is the draft as a piece of a page, or a problem document. */
async function judge(signal) {
  const asked = { text: text.value, all_rules: all_rules.checked };
  if (rubric.value) asked.rubric = rubric.value;
  if (rule.value.trim()) asked.rule = rule.value.trim();
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/try", { method: "POST", headers, body: JSON.stringify(asked), signal, credentials: "same-origin" });
  return { ok: answer.ok, content: answer.ok ? await answer.text() : await answer.json() };
}

async function run() {
  clearTimeout(waiting);
  running?.abort();
  if (!text.value.trim()) return reset();
  const own = (running = new AbortController());
  const begun = performance.now();
  try {
    const { ok, content } = await judge(own.signal);
    pause = Math.max(PAUSE, performance.now() - begun);
    if (ok) show(content);
    else refuse(content);
  } catch (error) {
    if (error.name !== "AbortError") refuse({ detail: t("连不上服务器") });
  }
}

function reset() {
  clear();
  status.textContent = "";
  result.innerHTML = empty;
  delete result.dataset.old;
}

function clear() {
  problem.hidden = true;
  problem.replaceChildren();
  told = "";
  for (const field of [text, rule]) field.removeAttribute("aria-invalid");
}

function show(content) {
  const explained = result.querySelector("#why")?.textContent;
  const open = result.querySelector("details")?.open;
  const wasWithin = result.contains(document.activeElement);
  clear();
  result.innerHTML = content;
  delete result.dataset.old;
  status.textContent = result.firstElementChild.dataset.said;
  if (open) result.querySelector("details").open = true;
  const why = result.querySelector("#why");
  if (wasWithin) (why && why.textContent !== explained ? why : result).focus();
}

/** What is wrong, each place a button that leads there. The same is not said twice while somebody types on. */
function refuse({ code, detail, errors = [] }) {
  status.textContent = result.querySelector("[data-said]") ? t("右边是上一次的结果，与现在的文字不符") : "";
  result.dataset.old = "";
  const list = errors.length ? errors : [{ pointer: "", detail: detail ?? t("服务器出错，请稍后再试") }];
  const lines = list.map((error) => ({ error, at: placeOf(error) }));
  const now = JSON.stringify(list);
  if (now === told) return;
  clear();
  told = now;
  if (!["unauthenticated", "unavailable", undefined].includes(code)) (code === "not_found" ? rule : text).setAttribute("aria-invalid", "true");
  const items = lines.map(({ error, at }) => item(error, at));
  const all = document.createElement("ul");
  all.append(...items);
  problem.append(all);
  problem.hidden = false;
}

function placeOf({ pointer, detail }) {
  const line = /^(\d+):(\d+)$/.exec(pointer) ?? /^第 (\d+) 行第 (\d+) 列/.exec(detail);
  if (line) return atLine(text.value, Number(line[1]), Number(line[2]));
  return pointer.startsWith("/") ? atPointer(text.value, pointer) : null;
}

function item({ pointer, detail }, at) {
  const entry = document.createElement("li");
  if (at !== null) {
    const go = document.createElement("button");
    go.type = "button";
    go.className = "quiet";
    go.textContent = t("第 {} 行", lineOf(text.value, at));
    go.addEventListener("click", () => lead(at));
    entry.append(go, " ");
  }
  const where = /^\//.test(pointer) ? `${pointer}：` : "";
  entry.append(where + detail.replace(/^第 \d+ 行第 \d+ 列：/, ""));
  return entry;
}

/** Puts the cursor at a place and selects the rest of its line. */
function lead(at) {
  const end = text.value.indexOf("\n", at);
  text.focus();
  text.setSelectionRange(at, end < 0 ? text.value.length : end);
}

function explain(id) {
  rule.value = id;
  run();
}

form.addEventListener("input", (event) => {
  clearTimeout(waiting);
  if (!event.isComposing) waiting = setTimeout(run, pause);
});
form.addEventListener("compositionstart", () => clearTimeout(waiting));
form.addEventListener("compositionend", () => (waiting = setTimeout(run, pause)));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.querySelector("[data-sample]").addEventListener("click", () => {
  if (text.value.trim() && !confirm(t("用例子换掉现在的内容？"))) return;
  text.value = form.querySelector("[data-sample-text]").content.textContent;
  given = text.value;
  run();
});
result.addEventListener("click", (event) => {
  const button = event.target.closest("[data-why]");
  if (button) explain(button.dataset.why);
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === rule && !composing(event)) {
    event.preventDefault();
    run();
  }
});
onKeys({ "ctrl+enter": run });
// It is kept nowhere, not even here: whoever goes away without meaning to would have to paste it again.
addEventListener("beforeunload", (event) => {
  if (text.value.trim() && text.value !== given) event.preventDefault();
});

if (text.value.trim()) run();
