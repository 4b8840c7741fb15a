// The stops of the form: what j and k go through, each leading to its evidence.

import { showEvidence } from "./talk.js";

const all = [...document.querySelectorAll(".stop")];
const form = document.querySelector("[data-stops]");
let current = null;

/** The stops that are shown. */
export const shown = () => all.filter((stop) => stop.offsetParent !== null);

/** The stop that is worked on. */
export const here = () => current;

export const stopOf = (subject) => all.find((stop) => stop.dataset.subject === subject);

/** What a stop rests on. */
function places(stop) {
  return [...stop.querySelectorAll(".evidence [data-turn]")].map(({ dataset }) => ({
    turn: Number(dataset.turn),
    start: Number(dataset.start),
    end: Number(dataset.end),
  }));
}

/** Goes to a stop, and shows its evidence. */
export function visit(stop, { focus = true } = {}) {
  if (!stop) return;
  if (current !== stop) {
    current?.classList.remove("is-here");
    current?.setAttribute("tabindex", "-1");
    current = stop;
    stop.classList.add("is-here");
    stop.setAttribute("tabindex", "0");
    showEvidence(places(stop));
  }
  if (focus) stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest", behavior: "instant" });
}

/** Goes so many stops on, or back. */
export function step(by) {
  const stops = shown();
  const at = stops.indexOf(current);
  visit(stops[at < 0 ? 0 : Math.min(stops.length - 1, Math.max(0, at + by))]);
}

/** Goes to the next stop that wants a decision: behind this one first, else from the beginning. */
export function advance(wants) {
  const stops = shown();
  const at = stops.indexOf(current);
  const next = [...stops.slice(at + 1), ...stops.slice(0, Math.max(0, at))].find(wants);
  if (next) visit(next);
  else current?.focus({ preventScroll: true });
}

/** Shows only what needs a look, or everything. */
export function show(which) {
  form.dataset.showing = which;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === which));
  }
  refresh();
}

export const showing = () => form.dataset.showing;

/** Shows suppressed findings, or hides them. */
export function showSuppressed(isShown = !document.body.classList.contains("with-suppressed")) {
  document.body.classList.toggle("with-suppressed", isShown);
  document.querySelector("[data-suppressed]").setAttribute("aria-pressed", String(isShown));
  refresh();
}

/** Headings without anything below them are noise. */
function refresh() {
  for (const heading of form.querySelectorAll("h2[data-section]")) {
    let next = heading.nextElementSibling;
    let isEmpty = true;
    for (; next && next.matches(".stop"); next = next.nextElementSibling) isEmpty &&= next.offsetParent === null;
    heading.hidden = isEmpty;
  }
}

for (const which of ["look", "all"]) {
  const count = which === "all" ? all.length : all.filter((stop) => "look" in stop.dataset).length;
  document.querySelector(`[data-count="${which}"]`).textContent = count;
}

document.addEventListener("click", (event) => {
  const evidence = event.target.closest(".evidence [data-turn]");
  const stop = event.target.closest(".stop");
  if (evidence) {
    const { turn, start, end } = evidence.dataset;
    showEvidence([{ turn: Number(turn), start: Number(start), end: Number(end) }]);
  } else if (stop && !event.target.closest("button:not(.title), input, textarea, label")) {
    visit(stop);
  } else if (stop) {
    visit(stop, { focus: false });
  }
});
