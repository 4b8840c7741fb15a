// Decisions on their way to the server: kept on this computer until the server has them, sent again until it does.

import { ask } from "./api.js";

/** The longest wait between two tries, ms. */
const LONGEST = 30_000;
/** So much is sent at once, bytes; servers take 64 KiB. */
const PORTION = 32 * 1024;

/** Whether a refusal may pass by itself. */
const mayPass = ({ status }) => status === 0 || status === 408 || status === 429 || status >= 500;

const sizeOf = (decision) => new TextEncoder().encode(JSON.stringify(decision)).length;
const subjectsOf = (change) => (Array.isArray(change.detail) ? change.detail : (change.detail?.changes ?? [])).map(({ subject }) => subject);
const isPassage = ({ subject, verdict }) => subject.startsWith("missed:") && verdict === "add";
const numberOf = (subject) => Number(subject.split(":")[1]);
const isSamePassage = (one, other) => ["turn", "start", "end", "rule"].every((field) => (one[field] ?? null) === (other[field] ?? null));

/** A number that no passage has among these decisions. */
export const freeNumber = (decisions) =>
  Math.max(0, ...decisions.filter(({ subject }) => subject.startsWith("missed:")).map(({ subject }) => numberOf(subject))) + 1;

/**
 * Sends decisions one request at a time, each on top of what came of the last.
 *
 * `heard` is told of everything that happens: `waiting` while something is on its way, `saved` with what came of it, `idle` when
 * all has arrived, `offline`, `expired`, `stopped` where nothing more can be sent, and `caughtUp` with what the server has, after
 * something was not taken: `refused` says why, or `changes` what others have done, `lost` what gave way to it, and `elsewhere` that
 * the same person has gone on in another window.
 */
export class Outbox {
  constructor({ id, version, person, kept, heard }) {
    this.path = `/api/v1/reviews/${id}`;
    this.signature = `person:${person}`;
    this.heard = heard;
    this.kept = kept;
    this.waiting = this.kept.begin.decisions;
    // What was decided on an older version must not be put over what others have done since.
    this.version = this.waiting.length ? (this.kept.begin.version ?? version) : version;
    /** Why what is known here is no longer what the server has. */
    this.behind = null;
    this.stopped = null;
    this.delay = 1000;
    this.busy = null;
    addEventListener("online", () => this.again());
    // What is kept is sent when the page comes back; this only makes it likely to be there sooner.
    addEventListener("pagehide", () => this.waiting.length && !this.busy && !this.stopped && !this.behind && this.post(true).catch(() => {}));
  }

  /** Adds decisions; a later one about the same subject takes the place of one that was not sent yet. */
  add(decisions) {
    for (const decision of decisions) {
      this.waiting = this.waiting.filter((other) => other.subject !== decision.subject || this.sending?.includes(other));
      this.waiting.push(decision);
    }
    this.keep();
    this.again();
  }

  keep() {
    this.kept.keepDecisions(this.waiting, this.version);
  }

  again() {
    clearTimeout(this.timer);
    return (this.busy ??= this.flush().finally(() => (this.busy = null)));
  }

  /** Sends until nothing waits; true where everything has arrived. */
  async flush() {
    while ((this.waiting.length || this.behind) && !this.stopped) {
      this.heard.waiting();
      try {
        if (this.behind) await this.catchUp();
        else this.arrived((await this.post(false)).body);
      } catch (refused) {
        if (!this.mend(refused)) return false;
      }
    }
    if (this.stopped) return false;
    this.heard.idle();
    return true;
  }

  post(keepalive) {
    let bytes = 0;
    const portion = this.waiting.filter((decision) => (bytes += sizeOf(decision)) <= PORTION);
    this.sending = portion.length ? portion : this.waiting.slice(0, 1);
    return ask("PATCH", this.path, { body: { decisions: this.sending }, etag: this.version, keepalive });
  }

  arrived(progress) {
    this.version = progress.version;
    this.takeOut(this.sending);
    this.sending = null;
    this.delay = 1000;
    this.heard.saved(progress);
  }

  /** Whether it is worth going on at once. */
  mend(refused) {
    if (refused.status === 401) return this.heard.expired(), false;
    if (refused.problem?.code === "stale") return this.giveWay(refused), true;
    if (refused.status === 422) return this.drop(refused), true;
    if (!mayPass(refused)) return this.stop(refused), false;
    this.heard.offline(refused);
    this.timer = setTimeout(() => this.again(), Math.max(this.delay, refused.retryAfter * 1000));
    this.delay = Math.min(LONGEST, this.delay * 2);
    return false;
  }

  stop(refused) {
    this.stopped = refused;
    this.heard.stopped(refused);
  }

  /**
   * What waits goes on top of what others have done; where both speak of the same, theirs stands until it is looked at. What this
   * person has done is no reason to give way: an answer that was lost on its way, or another window.
   */
  giveWay(refused) {
    const changes = refused.problem.changes ?? [];
    const others = changes.filter(({ by }) => by !== this.signature);
    const theirs = new Set(others.flatMap(subjectsOf));
    const lost = this.waiting.filter((decision) => theirs.has(decision.subject) && !isPassage(decision));
    const sent = new Set(this.sending.map(({ subject }) => subject));
    const elsewhere = changes.some((change) => change.by === this.signature && subjectsOf(change).some((subject) => !sent.has(subject)));
    this.takeOut(lost);
    this.behind = { changes: others, lost, elsewhere };
  }

  /** Takes out the decision that is refused, so that the others are not held up by it. */
  drop(refused) {
    const at = Number(refused.problem.errors?.[0]?.pointer?.match(/^\/decisions\/(\d+)/)?.[1]);
    this.takeOut(Number.isInteger(at) ? [this.sending[at]] : this.sending);
    this.behind = { refused };
  }

  takeOut(decisions) {
    this.waiting = this.waiting.filter((decision) => !decisions.includes(decision));
    this.keep();
  }

  /** Takes over what the server has. */
  async catchUp() {
    const { body } = await ask("GET", this.path);
    const why = this.behind;
    this.behind = null;
    this.sending = null;
    this.version = body.version;
    for (const decision of this.waiting.filter(isPassage)) this.renumber(decision, body.decisions);
    this.keep();
    this.heard.caughtUp(body, why);
  }

  /** Two passages that were missed are two, although both windows have counted from the same number. */
  renumber(decision, decisions) {
    const other = decisions.find(({ subject }) => subject === decision.subject);
    if (other && !isSamePassage(other, decision)) decision.subject = `missed:${freeNumber([...decisions, ...this.waiting])}`;
  }

  /** What has not arrived will not be sent any more, here or later. */
  forget() {
    this.waiting = [];
    this.kept.forget();
  }
}
