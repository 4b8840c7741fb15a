// What a reviewer decides at a stop, and what follows from it.

import { notify } from "./notices.js";
import { freeNumber } from "./outbox.js";
import { askForReason } from "./reason.js";
import { advance, here, stopOf, visit } from "./stops.js";
import { t } from "./words.js";

const isOpenFor = (machine) => machine.outcome === "human" || machine.outcome === "not_measurable";

const noteField = (stop) => stop.querySelector("[data-note]");

/** The note that is written at a stop. */
function noteOf(stop) {
  const note = noteField(stop)?.value.trim();
  return note ? { note } : {};
}

/** Asks why the machine is overruled; a note that was begun goes with it, and comes back with it. */
async function reasonFor(kind, stop) {
  const reason = await askForReason(kind, noteOf(stop).note);
  const field = noteField(stop);
  if (reason && field) field.value = reason.note ?? "";
  return reason;
}

/** Takes decisions onto the sheet and on their way, and takes them back. */
export class Deciding {
  constructor({ sheet, outbox }) {
    this.sheet = sheet;
    this.outbox = outbox;
    this.undone = [];
  }

  /** Takes decisions, together; `undo` takes them back together. */
  take(decisions, { canUndo = true } = {}) {
    if (canUndo) this.undone.push(decisions.map((decision) => this.sheet.inverse(decision.subject)));
    for (const decision of decisions) if (decision.note) this.outbox.kept.keepNote(decision.subject, "");
    this.sheet.decide(decisions);
    this.outbox.add(decisions);
  }

  /** Whether a stop is still to be decided about. */
  wants = (stop) => {
    const { subject } = stop.dataset;
    return this.sheet.open.has(subject) || ("look" in stop.dataset && !this.sheet.decisions.has(subject) && !subject.startsWith("finding:"));
  };

  /** Goes to the next stop that is still to be decided about. */
  goOn() {
    advance(this.wants);
  }

  at(stop, decisions) {
    this.take(decisions);
    visit(stop);
    this.goOn();
  }

  /** Gives an item points, by a level where it has such, or says that it does not apply. */
  async give(stop, score, level) {
    const { subject } = stop.dataset;
    const { machine } = this.sheet.items.get(subject);
    const isLevel = level === undefined || stop.dataset.level === undefined || level === stop.dataset.level;
    const agrees = score === "na" ? machine.outcome === "not_applicable" : machine.outcome === "score" && machine.score === Number(score) && isLevel;
    if (agrees) return this.at(stop, [{ subject, verdict: "confirm", ...noteOf(stop) }]);
    const verdict = score === "na" ? { verdict: "not_applicable" } : { verdict: "score", score: Number(score), ...(level !== undefined && { level: Number(level) }) };
    const isOverruled = !isOpenFor(machine) && (machine.outcome !== verdict.verdict || machine.score !== verdict.score);
    const reason = isOverruled ? await reasonFor("item", stop) : noteOf(stop);
    if (reason) this.at(stop, [{ subject, ...verdict, ...reason }]);
  }

  async confirm(stop) {
    const { subject, faultless } = stop.dataset;
    if ("unproposed" in stop.dataset) {
      const reason = await reasonFor("veto", stop);
      return reason && this.at(stop, [{ subject, verdict: "add", ...reason }]);
    }
    const item = this.sheet.items.get(subject);
    if (item && isOpenFor(item.machine)) return faultless === undefined ? undefined : this.give(stop, faultless);
    const reason = stop.dataset.worth === "suppressed" ? await reasonFor("finding", stop) : noteOf(stop);
    if (reason) this.at(stop, [{ subject, verdict: "confirm", ...reason }]);
  }

  /** The machine is wrong here: a finding is none, a veto is not carried out, an item loses what it rests on. */
  async reject(stop) {
    const { subject, faultless, worth } = stop.dataset;
    const [kind] = subject.split(":");
    if (kind !== "item") {
      if ("unproposed" in stop.dataset) return;
      const reason = worth === "suppressed" ? {} : await reasonFor(kind, stop);
      return reason && this.at(stop, [{ subject, verdict: "reject", ...reason }]);
    }
    const findings = stop.dataset.findings.trim().split(" ").filter(Boolean).map((number) => `finding:${number}`);
    const standing = findings.filter((finding) => stopOf(finding).dataset.worth !== "suppressed");
    if (!standing.length || faultless === undefined) return notify(t("这一项没有依据可驳回：请选档位"));
    const reason = await reasonFor("finding", stop);
    if (!reason) return;
    const rejected = standing.map((finding) => ({ subject: finding, verdict: "reject", ...reason }));
    this.at(stop, [...rejected, { subject, verdict: "score", score: Number(faultless), ...reason }]);
  }

  /** Everything that nobody has decided about gets full points: the usual case, after listening. */
  fillRest() {
    const isFillable = ({ dataset: { subject, faultless } }) =>
      this.sheet.open.has(subject) && faultless !== undefined && isOpenFor(this.sheet.items.get(subject).machine);
    const stops = [...document.querySelectorAll('.stop[data-subject^="item:"]')].filter(isFillable);
    if (!stops.length) return;
    this.take(stops.map((stop) => ({ subject: stop.dataset.subject, verdict: "score", score: Number(stop.dataset.faultless), ...noteOf(stop) })));
    if (!here() || !this.wants(here())) this.goOn();
  }

  undo() {
    const before = this.undone.pop();
    if (!before) return notify(t("没有可以撤销的了"));
    this.take(before, { canUndo: false });
    visit(stopOf(before.at(-1).subject));
  }

  /** A passage that the machine has missed. */
  miss(passage) {
    this.take([{ subject: `missed:${freeNumber([...this.sheet.decisions.values()])}`, verdict: "add", ...passage }]);
  }

  withdraw(subject) {
    this.take([{ subject, verdict: "withdraw" }]);
  }

  writeNote(stop) {
    const field = noteField(stop);
    if (!field) return;
    field.closest(".note").hidden = false;
    field.focus();
  }

  /** A note belongs to a decision; where nothing is decided yet, it waits on this computer. */
  noteWritten(stop) {
    const decision = this.sheet.decisions.get(stop.dataset.subject);
    const { note } = noteOf(stop);
    if (!decision || (decision.note ?? "") === (note ?? "")) return this.sheet.paint();
    const { note: _, ...others } = decision;
    this.take([{ ...others, ...(note && { note }) }]);
  }

  /** Whoever submits agrees with what is not decided about: a note on such an item goes along. */
  bringNotes() {
    const notes = Object.entries(this.outbox.kept.notes).filter(([subject]) => !this.sheet.decisions.has(subject) && !this.sheet.open.has(subject));
    if (notes.length) this.take(notes.map(([subject, note]) => ({ subject, verdict: "confirm", note })));
  }
}
