// Decisions on their way to the server: kept on this computer until the server has them, sent again until it does.

import { ask } from "./api.js";

/** The longest wait between two tries, ms. */
const LONGEST = 30_000;
/** Refusals that trying again cannot mend, and that somebody must look at. */
const FINAL = new Set(["claimed", "already_submitted", "forbidden", "not_found"]);

/**
 * Sends decisions one request at a time, each on top of what came of the last.
 *
 * `heard` is told of everything that happens: `waiting` while something is on its way, `saved` with what came of it, `idle` when
 * all has arrived, `offline`, `expired`, `stopped` where nothing more can be sent, and `caughtUp` with what the server has, after
 * something was not taken: `refused` says why, or `changes` what others have done and `lost` what gave way to it.
 */
export class Outbox {
  constructor({ id, version, person, heard }) {
    this.path = `/api/v1/reviews/${id}`;
    this.key = `zhijian:${person}:${id}`;
    this.version = version;
    this.heard = heard;
    this.waiting = this.kept().decisions ?? [];
    /** Why what is known here is no longer what the server has. */
    this.behind = null;
    this.stopped = null;
    this.delay = 1000;
    this.busy = null;
    addEventListener("online", () => this.again());
    // What is kept is sent when the page comes back; this only makes it likely to be there sooner.
    addEventListener("pagehide", () => this.waiting.length && !this.busy && !this.stopped && this.post(true).catch(() => {}));
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  keep(change) {
    const content = { ...this.kept(), ...change };
    const isEmpty = !content.decisions?.length && !Object.keys(content.notes ?? {}).length;
    try {
      if (isEmpty) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(content));
    } catch {
      // A full or forbidden storage: what is on its way is still sent.
    }
  }

  /** Notes that are typed and not sent yet, by subject. */
  get notes() {
    return this.kept().notes ?? {};
  }

  keepNote(subject, note) {
    const { [subject]: _, ...others } = this.notes;
    this.keep({ notes: note ? { ...others, [subject]: note } : others });
  }

  /** Adds decisions; a later one about the same subject takes the place of one that was not sent yet. */
  add(decisions) {
    for (const decision of decisions) {
      this.waiting = this.waiting.filter((other) => other.subject !== decision.subject || this.sending?.includes(other));
      this.waiting.push(decision);
    }
    this.keep({ decisions: this.waiting });
    this.again();
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
        if (!(await this.mend(refused))) return false;
      }
    }
    if (this.stopped) return false;
    this.heard.idle();
    return true;
  }

  post(keepalive) {
    this.sending = [...this.waiting];
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
  async mend(refused) {
    const code = refused.problem?.code;
    if (refused.status === 401) return this.heard.expired(), false;
    if (FINAL.has(code)) {
      this.stopped = refused;
      this.heard.stopped(refused);
      return false;
    }
    if (code === "stale") return this.giveWay(refused), true;
    if (refused.status === 422) return this.drop(refused), true;
    this.heard.offline(refused);
    this.timer = setTimeout(() => this.again(), Math.max(this.delay, refused.retryAfter * 1000));
    this.delay = Math.min(LONGEST, this.delay * 2);
    return false;
  }

  /** What waits goes on top of what others have done; where both speak of the same, theirs stands until it is looked at. */
  giveWay(refused) {
    const changes = refused.problem.changes ?? [];
    const theirs = new Set(changes.flatMap((change) => (Array.isArray(change.detail) ? change.detail : change.detail?.changes ?? [])).map((change) => change.subject));
    const lost = this.waiting.filter((decision) => theirs.has(decision.subject));
    this.takeOut(lost);
    this.behind = { changes, lost };
  }

  /** Takes out the decision that is refused, so that the others are not held up by it. */
  drop(refused) {
    const at = Number(refused.problem.errors?.[0]?.pointer?.match(/^\/decisions\/(\d+)/)?.[1]);
    this.takeOut(Number.isInteger(at) ? [this.sending[at]] : this.sending);
    this.behind = { refused };
  }

  takeOut(decisions) {
    this.waiting = this.waiting.filter((decision) => !decisions.includes(decision));
    this.keep({ decisions: this.waiting });
  }

  /** Takes over what the server has. */
  async catchUp() {
    const { body } = await ask("GET", this.path);
    const why = this.behind;
    this.behind = null;
    this.version = body.version;
    this.heard.caughtUp(body, why);
  }
}
