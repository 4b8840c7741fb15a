// The review page: what each key and button does. Decisions count at once here, and are on their way to the server.

import { ask } from "./api.js";
import { Deciding } from "./deciding.js";
import { anyOpen, onSubmit, open, tell } from "./dialogs.js";
import { showHistory, tellWhyReopened } from "./history.js";
import { Kept } from "./kept.js";
import { composing, onKeys, singleKeys } from "./keys.js";
import { notify } from "./notices.js";
import { Outbox } from "./outbox.js";
import { askForPassage, onPassage } from "./passage.js";
import { search } from "./search.js";
import { Sheet } from "./sheet.js";
import { here, show, showSuppressed, shown, showing, step, stopOf, visit } from "./stops.js";
import { goTo, replaceTexts, turnOf } from "./talk.js";
import { moment } from "./time.js";
import { why } from "./why.js";
import { t } from "./words.js";

const state = JSON.parse(document.getElementById("state").textContent);
const me = document.body.dataset.person;
let locked = false;
/** Whether this page has taken the call out of the queue. */
let isMine = false;

/** From now on nothing can be changed here. */
function lock() {
  locked = true;
  document.body.classList.add("locked");
  for (const field of document.querySelectorAll("[data-note], [data-free]")) field.readOnly = true;
}

if (state.state !== "open") lock();
const kept = new Kept(me, state.id);
const sheet = new Sheet(state, (subject) => subject in kept.notes);
const saved = document.querySelector("[data-save]");

const outbox = new Outbox({
  id: state.id,
  version: state.version,
  person: me,
  kept,
  heard: {
    waiting: () => saving("waiting", t("正在保存…")),
    idle: () => saving("saved", t("已保存")),
    saved: (progress) => sheet.take(progress, outbox.waiting),
    offline: (refused) => saving("offline", refused.status === 0 ? t("没有网络，判断已存在本机，会自动重试") : t("服务器忙，判断已存在本机，会自动重试")),
    expired: () => saving("expired", t("登录已过期，判断已存在本机：按这里重新登录")),
    caughtUp: (review, { refused, changes = [], lost = [], elsewhere }) => {
      sheet.take(review, outbox.waiting);
      if (refused) notify(refused.message);
      const names = [...new Set(changes.map((change) => change.name).filter(Boolean))].join("、");
      if (names) notify(t("{} 刚才改过这一通，已载入新的内容", names));
      if (elsewhere) notify(t("您在另一个窗口改过这一通，已载入新的内容"));
      if (lost.length) notify(t("您有 {} 项判断与之冲突，没有保存，请再看一下", lost.length));
    },
    stopped: (refused) => {
      lock();
      saving("stopped", t("不能保存"));
      notify(refused.message);
    },
  },
});
const deciding = new Deciding({ sheet, outbox });

function saving(name, words) {
  saved.dataset.state = name;
  saved.textContent = words;
  saved.disabled = name === "saved" || name === "waiting";
}

async function submit() {
  document.activeElement?.matches("textarea") && document.activeElement.blur();
  deciding.bringNotes();
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
    outbox.forget();
    const filters = JSON.parse(sessionStorage.getItem("zhijian:queue") ?? "{}");
    const { body } = await ask("POST", "/api/v1/reviews/next", { body: filters });
    location.assign(body.review ? `/reviews/${body.review.id}` : "/queue");
  } catch (refused) {
    if (refused.status === 401) return logInAgain();
    if (refused.status === 0) return notify(refused.message);
    outbox.behind = { refused };
    outbox.again();
  }
}

function logInAgain() {
  tell(open("again"), "");
}

onSubmit("again", async (form) => {
  const { body } = await ask("POST", "/api/v1/session", { body: Object.fromEntries(new FormData(form)) });
  form.reset();
  if (body.id === me) return outbox.again();
  // What waits here is not theirs: it stays for whoever it is of.
  outbox.stopped = new Error("somebody else");
  location.reload();
});

onSubmit("reopen", async (form) => {
  await ask("POST", `${outbox.path}/reopen`, { body: { why: form.elements.why.value }, etag: outbox.version });
  location.reload();
});

onSubmit("unmask", async (form) => {
  const { body } = await ask("POST", `${outbox.path}/unmask`, { body: { why: form.elements.why.value } });
  replaceTexts(body.transcript.turns);
});

onPassage((passage) => deciding.miss(passage));

const turns = [...document.querySelectorAll(".turn")];

/** The turn that is looked at: the focused one, else that of the evidence. */
function turnHere() {
  const turn = document.activeElement?.closest(".turn") ?? document.querySelector(".turn.is-evidence");
  return turn ? Number(turn.dataset.turn) : undefined;
}

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

/** A digit chooses: 1 the first value, 0 that the item does not apply. */
function digit(event) {
  const choices = here()?.querySelectorAll(".choices [data-score]:not([data-score=na])");
  if (!choices?.length) return false;
  const { score, level } = event.key === "0" ? { score: "na" } : (choices[Number(event.key) - 1]?.dataset ?? {});
  if (score === undefined) return false;
  deciding.give(here(), score, level);
}

const rulesOf = (stop) => [...new Set(stop?.dataset.rules?.split(" ").filter(Boolean))];

/** What changes something is not even begun where nothing can be changed. */
const changing = (command) => (...given) => (locked ? notify(t("这一通现在不能改")) : command(...given));
const onStop = (command) => () => (here() ? command(here()) : step(1));
/** Whoever reads the dialogue decides nothing on the other side of the page by mistake. */
const onForm = (command) => (event) => (document.activeElement?.closest(".turn") ? false : command(event));

const act = {
  confirm: changing((stop) => deciding.confirm(stop)),
  reject: changing((stop) => deciding.reject(stop)),
  note: changing((stop) => deciding.writeNote(stop)),
  why: (stop) => why(rulesOf(stop)),
};
const give = changing((stop, score, level) => deciding.give(stop, score, level));
const withdraw = changing((subject) => deciding.withdraw(subject));
const fillRest = changing(() => deciding.fillRest());
const undo = changing(() => deciding.undo());
const addMissed = changing(() => askForPassage(turnHere() ?? turns[0]?.dataset.turn));

const commands = {
  j: () => move(1),
  k: () => move(-1),
  a: onForm(onStop(act.confirm)),
  x: onForm(onStop(act.reject)),
  e: onForm(onStop(act.note)),
  w: () => act.why(here()),
  f: fillRest,
  u: undo,
  m: addMissed,
  t: toTalk,
  o: () => show(showing() === "look" ? "all" : "look"),
  s: () => showSuppressed(),
  h: () => showHistory(outbox.path),
  "/": search,
  "?": () => open("help"),
  "ctrl+enter": changing(submit),
  "ctrl+z": (event) => (event.target.matches("input, textarea") ? false : undo()),
  escape: () => (here() ? visit(here()) : false),
  ...Object.fromEntries([..."0123456789"].map((key) => [key, onForm(changing(digit))])),
};
const rested = (command) => (event) => (anyOpen() ? false : command(event));
onKeys(Object.fromEntries(Object.entries(commands).map(([key, command]) => [key, rested(command)])));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, [data-go]");
  const mark = event.target.closest("mark[data-finding]");
  if (mark && getSelection().isCollapsed) return visitFinding(mark.dataset.finding);
  const stop = event.target.closest(".stop");
  if (!button) return;
  if (button.dataset.go) goTo(button.dataset.go);
  else if (stop && button.dataset.act) act[button.dataset.act](stop);
  else if (stop && button.dataset.score) give(stop, button.dataset.score, button.dataset.level);
  else if (button.dataset.show) show(button.dataset.show);
  else if (button.dataset.withdraw) withdraw(button.dataset.withdraw);
});

/** Goes from a place in the dialogue to what was found there. */
function visitFinding(number) {
  const stop = stopOf(`finding:${number}`);
  if (stop.offsetParent === null) show("all");
  if (stop.offsetParent === null) showSuppressed(true);
  visit(stop);
}

const press = (selector, command) => document.querySelector(selector)?.addEventListener("click", command);
press("[data-submit]", changing(submit));
press("[data-fill]", fillRest);
press("[data-suppressed]", () => showSuppressed());
press("[data-history-of]", () => showHistory(outbox.path));
press("[data-release]", release);
press("[data-help]", () => open("help"));
press("[data-add-missed]", addMissed);
press("[data-save]", () => (saved.dataset.state === "expired" ? logInAgain() : outbox.again()));
press("[data-reopen]", () => open("reopen"));
press("[data-unmask]", () => open("unmask"));

const box = document.querySelector("[data-single-keys]");
box.checked = singleKeys.on;
box.addEventListener("change", () => (singleKeys.on = box.checked));

for (const field of document.querySelectorAll("[data-note]")) {
  const stop = field.closest(".stop");
  field.addEventListener("input", () => outbox.kept.keepNote(stop.dataset.subject, field.value));
  field.addEventListener("change", () => locked || deciding.noteWritten(stop));
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

/** Makes the review one's own where nobody else has it; a lead who only looks takes it from nobody. */
async function claim() {
  if (locked) return;
  if (state.claim && state.claim.person !== me) return readOnly(state.claim);
  if (document.body.dataset.role !== "reviewer") return;
  try {
    await ask("POST", `${outbox.path}/claim`);
    isMine = true;
    document.querySelector("[data-release]").hidden = false;
  } catch (refused) {
    if (refused.status === 409) readOnly(null);
  }
}

/** Puts the call back for others. */
async function release() {
  await outbox.again();
  await ask("DELETE", `${outbox.path}/claim`).catch((refused) => notify(refused.message));
  location.assign("/queue");
}

// Whoever has only looked keeps it from nobody.
addEventListener("pagehide", () => {
  const hasDecided = outbox.waiting.length || outbox.version !== state.version;
  if (isMine && !locked && !hasDecided) ask("DELETE", `${outbox.path}/claim`, { keepalive: true }).catch(() => {});
});

function readOnly(claim) {
  lock();
  outbox.stopped = new Error("claimed");
  saving("stopped", t("只读"));
  if (!claim) return notify(t("别人正在复核这一通：您可以看，不能改"));
  notify(t("{} 正在复核这一通，到 {} 为止：您可以看，不能改", claim.name, moment(new Date(claim.until))));
}

/** Goes on with what did not arrive the last time. */
function takeUp(waiting) {
  if (!waiting.length) return;
  if (state.state !== "open") {
    notify(t("上次有 {} 项判断没有送到；这一通已经提交，它们不算了", waiting.length));
    return outbox.forget();
  }
  if (locked) return notify(t("上次有 {} 项判断没有送到，还存在这台电脑上", waiting.length));
  notify(t("上次有 {} 项判断没有送到，正在补送", waiting.length));
  sheet.decide(waiting);
  outbox.again();
}

show("look");
showSuppressed(false);
saving("saved", locked ? t("已提交") : t("已保存"));
for (const [subject, note] of Object.entries(outbox.kept.notes)) {
  const field = stopOf(subject)?.querySelector("[data-note]");
  if (!field) continue;
  field.value = note;
  field.closest(".note").hidden = false;
}
if (state.reopened) tellWhyReopened(outbox.path);
await claim();
takeUp(outbox.waiting);
visit(shown().find(deciding.wants) ?? shown()[0]);
document.documentElement.dataset.ready = "";
