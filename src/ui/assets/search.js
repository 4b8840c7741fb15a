// Searches the dialogue and the items.

import { open } from "./dialogs.js";
import { composing } from "./keys.js";
import { show, visit } from "./stops.js";
import { goTo, textOf } from "./talk.js";
import { t } from "./words.js";

/** No more stops, and no more turns, are listed. */
const MOST = { stops: 10, turns: 20 };

const form = document.querySelector("[data-search-form]");
const found = form.querySelector("[data-found]");
const more = form.querySelector("[data-more]");

/** Asks for words to search for. */
export function search() {
  const field = open("search").querySelector("input");
  field.focus();
  field.select();
}

function line(title, go) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", () => {
    form.closest("dialog").close();
    go();
  });
  item.append(button);
  return item;
}

function find() {
  const words = form.elements.words.value.trim().toLowerCase();
  more.textContent = "";
  if (!words) return found.replaceChildren();
  const holds = (text) => text.toLowerCase().includes(words);
  const stops = [...document.querySelectorAll(".stop")].filter((stop) => holds(stop.querySelector("h3").textContent));
  const turns = [...document.querySelectorAll(".turn")].filter((turn) => holds(textOf(turn.dataset.turn)));
  const left = Math.max(0, stops.length - MOST.stops) + Math.max(0, turns.length - MOST.turns);
  if (!stops.length && !turns.length) more.textContent = t("没有找到");
  else if (left) more.textContent = t("还有 {} 处，多写几个字", left);
  found.replaceChildren(
    ...stops.slice(0, MOST.stops).map((stop) =>
      line(stop.querySelector(".title").textContent, () => {
        if (stop.offsetParent === null) show("all");
        visit(stop);
      }),
    ),
    ...turns.slice(0, MOST.turns).map((turn) =>
      line(`${Number(turn.dataset.turn) + 1} ${textOf(turn.dataset.turn)}`, () => {
        goTo(turn.dataset.turn);
        turn.focus();
      }),
    ),
  );
}

/** Goes up and down in what was found. */
function move(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || composing(event)) return;
  event.preventDefault();
  const stations = [form.elements.words, ...found.querySelectorAll("button")];
  stations[Math.min(stations.length - 1, Math.max(0, stations.indexOf(document.activeElement) + by))].focus();
}

form.addEventListener("keydown", move);
form.addEventListener("input", find);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("button")?.click();
});
