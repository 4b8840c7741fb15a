// What is kept on this computer of reviews, until the server has it: decisions on their way, and notes that are being written.

/** What the names of all of it begin with. */
const PREFIX = "zhijian:review:";
/** So long it is kept for somebody who does not come back, ms. */
const LONGEST = 7 * 24 * 60 * 60 * 1000;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

const keysOf = (beginning) => Object.keys(localStorage).filter((key) => key.startsWith(beginning));

/** Of how many reviews something of this person is kept. */
export const keptOf = (person) => keysOf(`${PREFIX}${person}:`).length;

/** Forgets whatever is kept of this person. */
export function forgetAllOf(person) {
  for (const key of keysOf(`${PREFIX}${person}:`)) localStorage.removeItem(key);
}

/** What is kept of one review. Other windows may keep theirs at the same place; each answers for what it has put there. */
export class Kept {
  constructor(person, id) {
    for (const key of keysOf(PREFIX)) if (!(Date.now() - read(key).at < LONGEST)) localStorage.removeItem(key);
    this.key = `${PREFIX}${person}:${id}`;
    const { decisions = [], version } = read(this.key);
    this.mine = new Set(decisions.map((decision) => decision.subject));
    this.begin = { decisions, version };
  }

  /** Notes that are written and belong to no decision yet, by subject. */
  get notes() {
    return read(this.key).notes ?? {};
  }

  keepNote(subject, note) {
    const { [subject]: _, ...others } = this.notes;
    this.write({ notes: note ? { ...others, [subject]: note } : others });
  }

  /** Keeps all that is still on its way, and the version of the review that it was decided on. */
  keepDecisions(waiting, version) {
    for (const { subject } of waiting) this.mine.add(subject);
    const { decisions = [], version: older } = read(this.key);
    const others = decisions.filter(({ subject }) => !this.mine.has(subject));
    this.write({ decisions: [...others, ...waiting], version: others.length ? Math.min(older, version) : version });
  }

  write(change) {
    const content = { ...read(this.key), ...change, at: Date.now() };
    const isEmpty = !content.decisions?.length && !Object.keys(content.notes ?? {}).length;
    try {
      if (isEmpty) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(content));
    } catch {
      // A full or forbidden storage: what is on its way is still sent.
    }
  }

  forget() {
    localStorage.removeItem(this.key);
  }
}
