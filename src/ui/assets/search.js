// Searches the dialogue and the items.

import { open } from "./dialogs.js";
import { show, visit } from "./stops.js";
import { goTo, textOf } from "./talk.js";

/** No more stops, and no more turns, are listed. */
const MOST = { stops: 10, turns: 20 };

const form = document.querySelector("[data-search-form]");
const found = form.querySelector("[data-found]");

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
  if (!words) return found.replaceChildren();
  const holds = (text) => text.toLowerCase().includes(words);
  const stops = [...document.querySelectorAll(".stop")].filter((stop) => holds(stop.querySelector("h3").textContent));
  const turns = [...document.querySelectorAll(".turn")].filter((turn) => holds(textOf(turn.dataset.turn)));
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

form.addEventListener("input", find);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("button")?.click();
});
