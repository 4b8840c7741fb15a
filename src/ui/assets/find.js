// Filters the rows of a list while somebody types, and asks the server which of them would hear what was typed.

import { ask } from "./api.js";
import { onKeys } from "./keys.js";
import { t } from "./words.js";

/** So long nobody types before the server is asked, in milliseconds. */
const PAUSE = 250;

const form = document.querySelector("[data-find]");
const field = form.elements.q;
const facets = [...form.querySelectorAll("[data-facet]")];
const table = document.querySelector("[data-found-in]");
const told = form.querySelector("[data-found]");
const none = document.querySelector("[data-none]");
const plain = (text) => text.normalize("NFKC").toLowerCase();
const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: plain(row.textContent) }));

/** Ids that the server has found, and for which words. */
let heard = { words: "", ids: new Set() };
let waiting = 0;

function fits({ row }, facet) {
  const own = row.dataset[facet.dataset.facet] ?? "";
  return facet.value === "" || own.split(" ").includes(facet.value);
}

function filter() {
  const words = plain(field.value.trim());
  const parts = words.split(/\s+/).filter(Boolean);
  let count = 0;
  let further = 0;
  for (const entry of rows) {
    const stands = parts.every((part) => entry.text.includes(part));
    const isHeard = words !== "" && heard.words === words && heard.ids.has(entry.row.dataset.id);
    entry.row.hidden = !((stands || isHeard) && facets.every((facet) => fits(entry, facet)));
    entry.row.classList.toggle("by-words", isHeard && !stands);
    if (!entry.row.hidden) count += 1;
    if (!entry.row.hidden && isHeard && !stands) further += 1;
  }
  const isAsked = words !== "" || facets.some((facet) => facet.value !== "");
  told.textContent = isAsked ? t("{} / {} 条", count, rows.length) : "";
  if (further > 0) told.append(t("；≈ 是里面写着或会听到这句话的"));
  none.hidden = count > 0;
}

/** Words that stand in no row may stand in what the row leads to. */
async function listen() {
  const words = plain(field.value.trim());
  if (!form.dataset.find || words === "" || [...words].length > 100) return;
  const answer = await ask("GET", `/api/v1/pack/search?q=${encodeURIComponent(words)}`).catch(() => null);
  if (!answer || plain(field.value.trim()) !== words) return;
  heard = { words, ids: new Set(answer.body[form.dataset.find]) };
  filter();
}

function remember() {
  const query = new URLSearchParams(location.search);
  if (field.value.trim()) query.set("q", field.value.trim());
  else query.delete("q");
  query.delete("page");
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function follow() {
  filter();
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    // A form that is sent keeps its words by itself.
    if (!form.hasAttribute("method")) remember();
    listen();
  }, PAUSE);
}

form.addEventListener("input", (event) => {
  if (!event.isComposing) follow();
});
form.addEventListener("compositionend", follow);
form.addEventListener("submit", (event) => {
  if (!form.querySelector("button")) event.preventDefault();
});
onKeys({ "/": () => field.focus() });
field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || event.isComposing) return;
  event.preventDefault();
  rows.find(({ row }) => !row.hidden)?.row.querySelector("a")?.focus();
});

if (!field.value) field.value = new URLSearchParams(location.search).get("q") ?? "";
if (field.value || facets.some((facet) => facet.value !== "")) {
  filter();
  listen();
}
