// The review page: what each key and button does. Decisions count at once here, and are on their way to the server.

import { ask } from "./api.js";
import { anyOpen, open, tell } from "./dialogs.js";
import { composing, onKeys, singleKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { askForPassage, onPassage } from "./passage.js";
import { askForReason } from "./reason.js";
import { Sheet } from "./sheet.js";
import { advance, here, show, showSuppressed, shown, showing, step, stopOf, visit } from "./stops.js";
import { goTo, replaceTexts, textOf, turnOf } from "./talk.js";
import { moment } from "./time.js";
import { t } from "./words.js";

const state = JSON.parse(document.getElementById("state").textContent);
const me = document.body.dataset.person;
let locked = false;

/** From now on, or again, nothing can be changed here. */
function lock() {
  locked = true;
  document.body.classList.add("locked");
}

if (state.state !== "open") lock();
const sheet = new Sheet(state);
const saved = document.querySelector("[data-save]");
const undone = [];

const outbox = new Outbox({
  id: state.id,
  version: state.version,
  person: me,
  heard: {
    waiting: () => saving("waiting", t("正在保存…")),
    idle: () => saving("saved", t("已保存")),
    saved: (progress) => sheet.take(progress),
    offline: (refused) => saving("offline", refused.status === 0 ? t("没有网络，判断已存在本机，会自动重试") : t("服务器忙，判断已存在本机，会自动重试")),
    expired: () => saving("expired", t("登录已过期，判断已存在本机：按这里重新登录")),
    refused: (refused, dropped) => {
      notify(refused.message);
      reload(dropped);
    },
    stale: ({ review, changes, lost }) => {
      sheet.take(review);
      outbox.waiting.forEach((decision) => sheet.decide(decision));
      const names = [...new Set(changes.map((change) => change.name).filter(Boolean))].join("、");
      notify(t("{} 刚才改过这一通，已载入新的内容", names));
      if (lost.length) notify(t("您有 {} 项判断与之冲突，没有保存，请再看一下", lost.length));
    },
    stopped: (refused) => {
      lock();
      saving("stopped", t("不能保存"));
      notify(refused.message);
    },
  },
});

/** What the server has, where something was not taken. */
async function reload() {
  const { body } = await ask("GET", outbox.path).catch(() => ({ body: null }));
  if (!body) return;
  outbox.version = body.version;
  sheet.take(body);
}

function saving(name, words) {
  saved.dataset.state = name;
  saved.textContent = words;
  saved.disabled = name === "saved" || name === "waiting";
}

/** Says something that stays until it is looked at. */
function notify(sentence) {
  const notices = document.querySelector("[data-notices]");
  const line = document.createElement("p");
  line.className = "notice news";
  line.textContent = sentence;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = t("知道了");
  button.addEventListener("click", () => line.remove());
  line.append(" ", button);
  notices.append(line);
}

/** Takes decisions, together; `u` takes them back together. */
function decide(decisions, { canUndo = true } = {}) {
  if (locked) return notify(t("这一通现在不能改"));
  const before = decisions.map((decision) => sheet.inverse(decision.subject));
  if (canUndo) undone.push(before);
  for (const decision of decisions) {
    sheet.decide(decision);
    if (decision.note) outbox.keepNote(decision.subject, "");
  }
  outbox.add(decisions);
}

const wantsDecision = (stop) => {
  const { subject } = stop.dataset;
  return sheet.open.has(subject) || ("look" in stop.dataset && !sheet.decisions.has(subject) && !subject.startsWith("finding:"));
};
const goOn = () => advance(wantsDecision);

/** The note that is written at a stop. */
function noteOf(stop) {
  const note = stop.querySelector("[data-note]")?.value.trim();
  return note ? { note } : {};
}

const isOpenFor = (machine) => machine.outcome === "human" || machine.outcome === "not_measurable";

/** Gives an item points, or says that it does not apply. */
async function give(stop, score) {
  const { subject } = stop.dataset;
  const { machine } = sheet.items.get(subject);
  const agrees = score === "na" ? machine.outcome === "not_applicable" : machine.outcome === "score" && machine.score === Number(score);
  if (agrees) return decideHere(stop, [{ subject, verdict: "confirm", ...noteOf(stop) }]);
  const verdict = score === "na" ? { verdict: "not_applicable" } : { verdict: "score", score: Number(score) };
  const reason = isOpenFor(machine) ? {} : await askForReason("item");
  if (reason) decideHere(stop, [{ subject, ...verdict, ...noteOf(stop), ...reason }]);
}

function decideHere(stop, decisions) {
  decide(decisions);
  visit(stop);
  goOn();
}

async function confirmStop(stop) {
  const { subject, faultless } = stop.dataset;
  if ("unproposed" in stop.dataset) {
    const reason = await askForReason("veto");
    return reason && decideHere(stop, [{ subject, verdict: "add", ...reason }]);
  }
  const item = sheet.items.get(subject);
  if (item && isOpenFor(item.machine)) return faultless === undefined ? undefined : give(stop, faultless);
  const needsReason = stop.dataset.verdict === "suppressed";
  const reason = needsReason ? await askForReason("finding") : {};
  if (reason) decideHere(stop, [{ subject, verdict: "confirm", ...noteOf(stop), ...reason }]);
}

/** The machine is wrong here: a finding is none, a veto is not carried out, an item loses what it rests on. */
async function rejectStop(stop) {
  const { subject, faultless, verdict } = stop.dataset;
  const [kind] = subject.split(":");
  if (kind !== "item") {
    if ("unproposed" in stop.dataset) return;
    const reason = verdict === "suppressed" ? {} : await askForReason(kind);
    return reason && decideHere(stop, [{ subject, verdict: "reject", ...reason }]);
  }
  const findings = stop.dataset.findings.trim().split(" ").filter(Boolean).map((number) => `finding:${number}`);
  const standing = findings.filter((finding) => !stopOf(finding).matches(".suppressed"));
  if (!standing.length || faultless === undefined) return notify(t("这一项没有依据可驳回：请选档位"));
  const reason = await askForReason("finding");
  if (!reason) return;
  const rejected = standing.map((finding) => ({ subject: finding, verdict: "reject", ...reason }));
  decideHere(stop, [...rejected, { subject, verdict: "score", score: Number(faultless), ...noteOf(stop), ...reason }]);
}

/** Everything that nobody has decided about gets full points: the usual case, after listening. */
function fillRest() {
  const isFillable = (stop) => sheet.open.has(stop.dataset.subject) && stop.dataset.faultless !== undefined;
  const stops = [...document.querySelectorAll('.stop[data-subject^="item:"]')].filter(isFillable);
  const give = ({ dataset }) => {
    const { machine } = sheet.items.get(dataset.subject);
    const score = Number(dataset.faultless);
    return isOpenFor(machine) ? { subject: dataset.subject, verdict: "score", score } : null;
  };
  const decisions = stops.map(give).filter(Boolean);
  if (!decisions.length) return;
  decide(decisions);
  if (!here() || !wantsDecision(here())) goOn();
}

function undo() {
  const before = undone.pop();
  if (!before) return notify(t("没有可以撤销的了"));
  decide(before, { canUndo: false });
  visit(stopOf(before.at(-1).subject));
}

function writeNote(stop) {
  const note = stop.querySelector("[data-note]");
  if (!note) return;
  note.closest(".note").hidden = false;
  note.focus();
}

/** A note belongs to a decision; where nothing is decided yet, it waits on this computer. */
function noteWritten(stop) {
  const { subject } = stop.dataset;
  const { note } = noteOf(stop);
  const decision = sheet.decisions.get(subject);
  if ((decision?.note ?? "") === (note ?? "")) return;
  if (!decision && isOpenFor(sheet.items.get(subject).machine)) return;
  const { note: _, ...others } = decision ?? { subject, verdict: "confirm" };
  decide([{ ...others, ...(note && { note }) }]);
}

async function submit() {
  document.activeElement?.matches("textarea") && document.activeElement.blur();
  if (locked) return;
  if (!(await outbox.again())) {
    if (saved.dataset.state === "expired") logInAgain();
    return;
  }
  if (sheet.open.size) {
    const [first] = sheet.open;
    if (stopOf(first).offsetParent === null) show("all");
    visit(stopOf(first));
    return notify(t("还有 {} 项要判断", sheet.open.size));
  }
  try {
    await ask("POST", `${outbox.path}/submit`, { etag: outbox.version });
    lock();
    const filters = JSON.parse(sessionStorage.getItem("zhijian:queue") ?? "{}");
    const { body } = await ask("POST", "/api/v1/reviews/next", { body: filters });
    location.assign(body.review ? `/reviews/${body.review.id}` : "/queue");
  } catch (refused) {
    if (refused.status === 401) return logInAgain();
    notify(refused.message);
    if (refused.problem?.open) sheet.take({ ...(await ask("GET", outbox.path)).body });
  }
}

function logInAgain() {
  const dialog = open("again");
  tell(dialog, "");
  dialog.querySelector("input").focus();
}

document.querySelector("[data-again-form]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    const { body } = await ask("POST", "/api/v1/session", { body: Object.fromEntries(new FormData(form)) });
    form.closest("dialog").close();
    form.reset();
    if (body.id === me) outbox.again();
    else location.reload();
  } catch (refused) {
    tell(form.closest("dialog"), refused.message);
  }
});

async function why(rules) {
  const dialog = open("why");
  dialog.querySelector("[data-why-rules]").replaceChildren(
    ...rules.map((rule) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = rule;
      button.addEventListener("click", () => explain(rule));
      return button;
    }),
  );
  dialog.querySelector("[data-why-text]").textContent = "";
  dialog.querySelector("input").focus();
  if (rules.length) explain(rules[0]);
}

async function explain(rule) {
  const form = document.querySelector("[data-why-form]");
  const told = document.querySelector("[data-why-text]");
  form.elements.rule.value = rule;
  const { body } = await ask("GET", `${outbox.path}/explanation?${new URLSearchParams({ rule })}`).catch((refused) => ({ body: { text: refused.message } }));
  told.textContent = body.text;
}

document.querySelector("[data-why-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  explain(event.target.elements.rule.value.trim());
});

onPassage((passage) => {
  const taken = [...sheet.decisions.keys()].filter((subject) => subject.startsWith("missed:"));
  const number = Math.max(0, ...taken.map((subject) => Number(subject.split(":")[1]))) + 1;
  decide([{ subject: `missed:${number}`, verdict: "add", ...passage }]);
});

/** The turn that is looked at: the focused one, else that of the evidence. */
function turnHere() {
  const turn = document.activeElement?.closest(".turn") ?? document.querySelector(".turn.is-evidence");
  return turn ? Number(turn.dataset.turn) : undefined;
}

const turns = [...document.querySelectorAll(".turn")];

function toTalk() {
  const turn = turnOf(turnHere()) ?? turns[0];
  turn?.focus();
}

/** j and k: turn by turn within the dialogue, stop by stop elsewhere. */
function move(by) {
  const turn = document.activeElement?.closest(".turn");
  if (!turn) return step(by);
  const next = turns[Math.min(turns.length - 1, Math.max(0, turns.indexOf(turn) + by))];
  next.focus();
  goTo(next.dataset.turn);
}

const search = document.querySelector("[data-search-form]");

function find() {
  const words = search.elements.words.value.trim().toLowerCase();
  const found = document.querySelector("[data-found]");
  const line = (title, visitIt) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => {
      search.closest("dialog").close();
      visitIt();
    });
    item.append(button);
    return item;
  };
  if (!words) return found.replaceChildren();
  const stops = [...document.querySelectorAll(".stop")].filter((stop) => stop.querySelector("h3").textContent.toLowerCase().includes(words));
  const hits = turns.filter((turn) => textOf(turn.dataset.turn).toLowerCase().includes(words));
  found.replaceChildren(
    ...stops.slice(0, 10).map((stop) => line(stop.querySelector(".title").textContent, () => (stop.offsetParent === null && show("all"), visit(stop)))),
    ...hits.slice(0, 20).map((turn) => line(`${Number(turn.dataset.turn) + 1} ${textOf(turn.dataset.turn)}`, () => (goTo(turn.dataset.turn), turn.focus()))),
  );
}

search.addEventListener("input", find);
search.addEventListener("submit", (event) => {
  event.preventDefault();
  document.querySelector("[data-found] button")?.click();
});

/** A digit chooses: 1 the first value, 0 that the item does not apply. */
function digit(event) {
  const stop = here();
  const choices = stop?.querySelectorAll(".choices [data-score]:not([data-score=na])");
  if (!choices) return false;
  const score = event.key === "0" ? "na" : choices[Number(event.key) - 1]?.dataset.score;
  if (score === undefined) return false;
  give(stop, score);
}

const onStop = (act) => () => (here() ? act(here()) : step(1));
const act = { confirm: confirmStop, reject: rejectStop, note: writeNote, why: (stop) => why([...new Set(stop.dataset.rules?.split(" ").filter(Boolean))]) };
const rested = (command) => (event) => (anyOpen() ? false : command(event));
const commands = {
  j: () => move(1),
  k: () => move(-1),
  a: onStop(act.confirm),
  x: onStop(act.reject),
  e: onStop(act.note),
  w: () => act.why(here() ?? document.body),
  f: fillRest,
  u: undo,
  m: () => askForPassage(turnHere()),
  t: toTalk,
  o: () => show(showing() === "look" ? "all" : "look"),
  s: () => showSuppressed(),
  "/": () => open("search").querySelector("input").focus(),
  "?": () => open("help"),
  "ctrl+enter": submit,
  "ctrl+z": (event) => (event.target.matches("input, textarea") ? false : undo()),
  escape: () => (here() ? visit(here()) : false),
  ...Object.fromEntries([..."0123456789"].map((key) => [key, digit])),
};
onKeys(Object.fromEntries(Object.entries(commands).map(([key, command]) => [key, rested(command)])));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, [data-go]");
  const stop = event.target.closest(".stop");
  if (!button) return;
  if (button.dataset.go) goTo(button.dataset.go);
  else if (stop && button.dataset.act) act[button.dataset.act](stop);
  else if (stop && button.dataset.score) give(stop, button.dataset.score);
  else if (button.dataset.show) show(button.dataset.show);
  else if (button.dataset.withdraw) decide([{ subject: button.dataset.withdraw, verdict: "withdraw" }]);
});

const press = (selector, command) => document.querySelector(selector)?.addEventListener("click", command);
press("[data-submit]", submit);
press("[data-fill]", fillRest);
press("[data-suppressed]", () => showSuppressed());
press("[data-help]", () => open("help"));
press("[data-add-missed]", () => askForPassage(turnHere() ?? 0));
press("[data-save]", () => (saved.dataset.state === "expired" ? logInAgain() : outbox.again()));
press("[data-reopen]", () => open("reopen").querySelector("textarea").focus());
press("[data-unmask]", () => open("unmask").querySelector("textarea").focus());

const box = document.querySelector("[data-single-keys]");
box.checked = singleKeys.on;
box.addEventListener("change", () => (singleKeys.on = box.checked));

for (const field of document.querySelectorAll("[data-note]")) {
  const stop = field.closest(".stop");
  field.addEventListener("input", () => outbox.keepNote(stop.dataset.subject, field.value));
  field.addEventListener("change", () => noteWritten(stop));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || composing(event)) return;
    event.stopPropagation();
    field.blur();
    visit(stop);
  });
}

for (const field of document.querySelectorAll("[data-free]")) {
  field.addEventListener("change", () => field.value !== "" && field.checkValidity() && give(field.closest(".stop"), field.value));
}

document.querySelector("[data-reopen-form]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const why = event.target.elements.why.value;
  try {
    await ask("POST", `${outbox.path}/reopen`, { body: { why }, etag: outbox.version });
    location.reload();
  } catch (refused) {
    tell(event.target.closest("dialog"), refused.message);
  }
});

document.querySelector("[data-unmask-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { body } = await ask("POST", `${outbox.path}/unmask`, { body: { why: event.target.elements.why.value } });
    replaceTexts(body.transcript.turns);
    event.target.closest("dialog").close();
  } catch (refused) {
    tell(event.target.closest("dialog"), refused.message);
  }
});

/** Makes the review one's own where nobody else has it; a lead who only looks takes it from nobody. */
async function claim() {
  if (locked) return;
  if (state.claim && state.claim.person !== me) return readOnly(state.claim);
  if (document.body.dataset.role !== "reviewer") return;
  try {
    await ask("POST", `${outbox.path}/claim`);
  } catch (refused) {
    if (refused.status === 409) readOnly(null);
  }
}

function readOnly(claim) {
  lock();
  outbox.stopped = new Error("claimed");
  saving("stopped", t("只读"));
  if (!claim) return notify(t("别人正在复核这一通：您可以看，不能改"));
  notify(t("{} 正在复核这一通，到 {} 为止：您可以看，不能改", claim.name, moment(new Date(claim.until))));
}

show("look");
showSuppressed(false);
saving("saved", locked ? t("已提交") : t("已保存"));
for (const [subject, note] of Object.entries(outbox.notes)) {
  const field = stopOf(subject)?.querySelector("[data-note]");
  if (!field) continue;
  field.value = note;
  field.closest(".note").hidden = false;
}
if (outbox.waiting.length) notify(t("上次有 {} 项判断没有送到，正在补送", outbox.waiting.length));
outbox.waiting.forEach((decision) => sheet.decide(decision));
await claim();
if (outbox.waiting.length && !locked) outbox.again();
visit(shown().find(wantsDecision) ?? shown()[0]);
document.documentElement.dataset.ready = "";
