// Why the machine is overruled: one key.

import { open, tell } from "./dialogs.js";
import { t } from "./words.js";

const dialog = document.getElementById("reason");
const note = dialog.querySelector("[data-reason-note]");
let settle = null;

/** Asks for a reason that fits what is decided about; null where somebody thinks better of it. */
export function askForReason(kind) {
  open("reason");
  tell(dialog, "");
  note.value = "";
  let number = 0;
  for (const line of dialog.querySelectorAll("li")) {
    line.hidden = !line.dataset.for.split(" ").includes(kind);
    if (line.hidden) continue;
    number += 1;
    line.querySelector("kbd").textContent = number < 10 ? number : number === 10 ? 0 : "";
  }
  const first = dialog.querySelector("li:not([hidden]) button");
  (first ?? note).focus();
  return new Promise((resolve) => (settle = resolve));
}

function choose(button) {
  const told = note.value.trim();
  if (button && "needsNote" in button.dataset && !told) {
    note.focus();
    return tell(dialog, t("选这一条要写说明，写完按 Ctrl+Enter"));
  }
  const answer = settle;
  settle = null;
  dialog.close();
  answer?.({ ...(button && { reason: button.dataset.reason }), ...(told && { note: told }) });
}

let chosen = null;

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reason]");
  if (button) choose((chosen = button));
});

dialog.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  event.stopPropagation();
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    const only = chosen ?? dialog.querySelector("li:not([hidden]) button");
    return choose(only);
  }
  if (event.target === note || !/^[0-9]$/.test(event.key)) return;
  const lines = [...dialog.querySelectorAll("li:not([hidden]) button")];
  const button = lines[event.key === "0" ? 9 : Number(event.key) - 1];
  if (!button) return;
  event.preventDefault();
  choose((chosen = button));
});

dialog.addEventListener("close", () => {
  settle?.(null);
  settle = null;
  chosen = null;
});
