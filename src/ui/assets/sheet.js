// What has been decided so far, and how it looks on the form.

import { textOf } from "./talk.js";
import { t } from "./words.js";

/** Points as the server writes them. */
const points = (value) => String(Math.round(value * 100) / 100);

/** The decisions of a review, and the values that came of them. */
export class Sheet {
  /** `isKept` tells whether a note about a subject is being written on this computer. */
  constructor(state, isKept) {
    this.isKept = isKept;
    this.reasons = new Map(state.reasons.map((reason) => [reason.id, reason]));
    this.take(state);
  }

  /** Takes over what the server says, and puts on top of it what is still on its way there. */
  take({ decisions, items, totals, open }, waiting = []) {
    if (decisions) this.decisions = new Map(decisions.map((decision) => [decision.subject, decision]));
    this.items = new Map(items.map((item) => [`item:${item.id}`, item]));
    this.totals = totals;
    this.open = new Set(open);
    this.decide(waiting);
  }

  /** Takes decisions at once; the server's answer follows. */
  decide(decisions) {
    for (const decision of decisions) this.put(decision);
    this.paint();
  }

  put(decision) {
    if (decision.verdict === "withdraw") this.decisions.delete(decision.subject);
    else this.decisions.set(decision.subject, decision);
    const item = this.items.get(decision.subject);
    if (item) {
      item.human = human(item, decision);
      item.final = item.human ?? (item.machine.score === null ? null : item.machine);
    }
    if (decision.verdict === "withdraw") {
      if (item && item.final === null) this.open.add(decision.subject);
    } else this.open.delete(decision.subject);
  }

  /** What takes `decision` back to what stood before it. */
  inverse(subject) {
    return this.decisions.get(subject) ?? { subject, verdict: "withdraw" };
  }

  paint() {
    for (const stop of document.querySelectorAll(".stop")) this.paintStop(stop);
    this.paintTotals();
    this.paintMissed();
  }

  paintStop(stop) {
    const subject = stop.dataset.subject;
    const decision = this.decisions.get(subject);
    const isOpen = this.open.has(subject);
    stop.classList.toggle("is-open", isOpen);
    stop.classList.toggle("is-decided", decision !== undefined);
    const told = stop.querySelector("[data-told]");
    if (told) told.textContent = this.told(subject, decision, isOpen);
    const item = this.items.get(subject);
    if (!item) return;
    const { final } = item;
    stop.querySelector("[data-points]").textContent =
      final === null ? "—" : final.score === null ? t("不适用") : points(final.score);
    const level = decision?.verdict === "score" ? decision.level : stop.dataset.level;
    let pressed = false;
    for (const choice of stop.querySelectorAll("[data-score]")) {
      const isThis = !pressed && isChosen(choice.dataset, final, level);
      pressed ||= isThis;
      choice.setAttribute("aria-pressed", String(isThis));
    }
    const note = stop.querySelector("[data-note]");
    if (note && document.activeElement !== note && !this.isKept(subject)) note.value = decision?.note ?? "";
    if (note?.value) note.closest(".note").hidden = false;
  }

  told(subject, decision, isOpen) {
    const kind = subject.split(":")[0];
    if (!decision) {
      if (this.isKept(subject) && !isOpen) return t("备注还在这台电脑上，确认、改分或提交时一起保存");
      if (!isOpen) return "";
      return kind === "veto" ? t("请定：执行还是不执行") : t("请评判");
    }
    const reason = decision.reason ? `：${this.reasons.get(decision.reason)?.title ?? decision.reason}` : "";
    const words = {
      item: { confirm: t("已确认"), score: reason ? t("已改分") : t("已评分"), not_applicable: t("已记为不适用") },
      finding: { confirm: t("是问题"), reject: t("不是问题") },
      veto: { confirm: t("执行否决"), reject: t("不否决"), add: t("已增加否决") },
    };
    return `✓ ${words[kind]?.[decision.verdict] ?? ""}${reason}`;
  }

  paintTotals() {
    document.querySelector("[data-total]").textContent = points(this.totals.review.with_vetoes);
    const left = document.querySelector("[data-left]");
    const isDone = document.body.classList.contains("locked");
    left.textContent = isDone ? "" : this.open.size ? t("还有 {} 项要判断", this.open.size) : t("可以提交");
    const fillable = [...this.open].filter((subject) => subject.startsWith("item:")).length;
    const fill = document.querySelector("[data-fill]");
    fill.hidden = fillable === 0;
    fill.querySelector("b").textContent = fillable;
  }

  paintMissed() {
    const list = document.querySelector("[data-missed]");
    list.replaceChildren(
      ...[...this.decisions.values()].filter((decision) => decision.subject.startsWith("missed:")).map((decision) => {
        const line = document.createElement("li");
        const words = [...textOf(decision.turn)].slice(decision.start, decision.end).join("");
        const place = document.createElement("span");
        place.className = "evidence";
        const go = document.createElement("button");
        go.type = "button";
        Object.assign(go.dataset, { turn: decision.turn, start: decision.start, end: decision.end });
        go.textContent = t("第 {} 轮", decision.turn + 1);
        place.append(go);
        line.append(place, ` “${words}” `, decision.rule ?? "", " ", decision.note ?? "", " ");
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.withdraw = decision.subject;
        button.textContent = t("撤回");
        line.append(button);
        return line;
      }),
    );
  }
}

/** What an item comes to by a decision. */
function human(item, decision) {
  switch (decision.verdict) {
    case "score":
      return { outcome: "score", score: decision.score };
    case "not_applicable":
      return { outcome: "not_applicable", score: null };
    case "confirm":
      return item.machine;
    default:
      return null;
  }
}

/** Whether this choice is what an item has come to; of several with the same points, the one with the level that was meant. */
function isChosen({ score, level }, final, meant) {
  if (final === null) return false;
  if (score === "na") return final.outcome === "not_applicable";
  const isMeant = level === undefined || meant === undefined || Number(level) === Number(meant);
  return final.outcome === "score" && Number(score) === final.score && isMeant;
}
