// The dialogue: leads to a passage, marks it, and tells which passage is selected.

const highlights = globalThis.CSS?.highlights;

/** The text of a turn, without what stands around it. */
const said = (turn) => turn.querySelector(".said");

/** The place of a character (Unicode scalar value) in the text nodes below `root`. */
function locate(root, at) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let left = at;
  let node = walker.nextNode();
  for (let next = node; next; next = walker.nextNode()) {
    node = next;
    let units = 0;
    for (const sign of node.data) {
      if (left === 0) return [node, units];
      left -= 1;
      units += sign.length;
    }
    if (left === 0) return [node, units];
  }
  return node ? [node, node.data.length] : [root, 0];
}

/** The stretch of characters `start..end` of a turn as a range. */
function rangeOf(turn, start, end) {
  const range = document.createRange();
  range.setStart(...locate(said(turn), start));
  range.setEnd(...locate(said(turn), end));
  return range;
}

export const turnOf = (index) => document.getElementById(`t${index}`);

/** Marks the evidence, and scrolls to the first of it. */
export function showEvidence(places, { scroll = true } = {}) {
  for (const turn of document.querySelectorAll(".turn.is-evidence")) turn.classList.remove("is-evidence");
  const ranges = [];
  for (const { turn, start, end } of places) {
    const line = turnOf(turn);
    if (!line) continue;
    line.classList.add("is-evidence");
    if (highlights && end > start) ranges.push(rangeOf(line, start, end));
  }
  if (highlights) highlights.set("evidence", new Highlight(...ranges));
  if (scroll && places.length) goTo(places[0].turn);
}

/** Brings a turn into the middle of the view. */
export function goTo(index) {
  const turn = turnOf(index);
  if (!turn) return;
  turn.scrollIntoView({ block: "center", behavior: "instant" });
  pointAt(index);
}

/** Shows on the time line which turn is looked at. */
function pointAt(index) {
  const bar = document.querySelector(`.strip rect[data-go="${index}"]`);
  const now = document.querySelector(".strip [data-now]");
  if (!bar || !now) return;
  for (const end of ["x1", "x2"]) now.setAttribute(end, bar.getAttribute("x"));
  now.setAttribute("visibility", "visible");
}

/** The passage that is selected with mouse or finger, in characters of the first turn that it touches; null where none is. */
export function selectedPassage() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const line = [...document.querySelectorAll(".turn")].find((turn) => range.intersectsNode(said(turn)));
  if (!line) return null;
  const text = said(line);
  const before = (container, offset) => {
    const part = document.createRange();
    part.selectNodeContents(text);
    part.setEnd(container, offset);
    return [...part.toString()].length;
  };
  const start = text.contains(range.startContainer) ? before(range.startContainer, range.startOffset) : 0;
  const end = text.contains(range.endContainer) ? before(range.endContainer, range.endOffset) : [...text.textContent].length;
  return start < end ? { turn: Number(line.dataset.turn), start, end } : null;
}

/** What is said in a turn. */
export const textOf = (index) => said(turnOf(index)).textContent;

/** Puts other texts of the same length in the place of covered ones. */
export function replaceTexts(turns) {
  for (const [index, { text }] of turns.entries()) {
    const line = turnOf(index);
    if (!line) continue;
    const signs = [...text];
    let at = 0;
    const walker = document.createTreeWalker(said(line), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const count = [...node.data].length;
      node.data = signs.slice(at, at + count).join("");
      at += count;
    }
  }
}
