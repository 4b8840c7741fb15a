// Decisions on their way to the server: kept on this computer until the server has them, sent again until it does.

import { ask } from "./api.js";

/** The longest wait between two tries, ms. */
const LONGEST = 30_000;
/** Refusals that trying again cannot mend, and that somebody must look at. */
const FINAL = new Set(["claimed", "already_submitted", "forbidden", "not_found"]);

/**
 * Sends decisions one request at a time, each on top of what came of the last.
 *
 * `heard` is told of everything that happens: `saved` with what came of it, `waiting` while something is on its way, `offline`,
 * `expired`, `stale` with what others changed, `refused` with a decision that is not taken, `stopped` where nothing more can be sent.
 */
export class Outbox {
  constructor({ id, version, person, heard }) {
    this.path = `/api/v1/reviews/${id}`;
    this.key = `zhijian:${person}:${id}`;
    this.version = version;
    this.heard = heard;
    this.waiting = this.kept().decisions ?? [];
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
    const is_empty = !content.decisions?.length && !Object.keys(content.notes ?? {}).length;
    try {
      if (is_empty) localStorage.removeItem(this.key);
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

  get isEmpty() {
    return this.waiting.length === 0;
  }

  again() {
    clearTimeout(this.timer);
    return (this.busy ??= this.flush().finally(() => (this.busy = null)));
  }

  /** Sends until nothing waits; true where everything has arrived. */
  async flush() {
    while (this.waiting.length && !this.stopped) {
      this.heard.waiting();
      try {
        this.arrived((await this.post(false)).body);
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
    this.waiting = this.waiting.filter((decision) => !this.sending.includes(decision));
    this.sending = null;
    this.delay = 1000;
    this.keep({ decisions: this.waiting });
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
    if (code === "stale") return this.rebase(refused);
    if (refused.status === 422) return this.drop(refused);
    this.heard.offline(refused);
    this.timer = setTimeout(() => this.again(), Math.max(this.delay, refused.retryAfter * 1000));
    this.delay = Math.min(LONGEST, this.delay * 2);
    return false;
  }

  /** Puts what waits on top of what others have done; where both speak of the same, theirs stands until it is looked at. */
  async rebase(refused) {
    const changes = refused.problem.changes ?? [];
    const theirs = new Set(changes.flatMap((change) => (Array.isArray(change.detail) ? change.detail : change.detail?.changes ?? [])).map((change) => change.subject));
    const lost = this.waiting.filter((decision) => theirs.has(decision.subject));
    this.waiting = this.waiting.filter((decision) => !theirs.has(decision.subject));
    this.keep({ decisions: this.waiting });
    try {
      const { body } = await ask("GET", this.path);
      this.version = body.version;
      this.heard.stale({ review: body, changes, lost });
      return true;
    } catch (again) {
      if (again.problem?.code === "stale") return false;
      return this.mend(again);
    }
  }

  /** Takes out the decision that is refused, so that the others are not held up by it. */
  async drop(refused) {
    const at = Number(refused.problem.errors?.[0]?.pointer?.match(/^\/decisions\/(\d+)/)?.[1]);
    const dropped = Number.isInteger(at) ? [this.sending[at]] : this.sending;
    this.waiting = this.waiting.filter((decision) => !dropped.includes(decision));
    this.keep({ decisions: this.waiting });
    this.heard.refused(refused, dropped);
    return true;
  }
}
