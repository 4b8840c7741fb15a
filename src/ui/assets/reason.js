// Why the machine is overruled: one key.

import { open, tell } from "./dialogs.js";
import { composing } from "./keys.js";
import { t } from "./words.js";

const dialog = document.getElementById("reason");
const note = dialog.querySelector("[data-reason-note]");
let settle = null;
let chosen = null;

/** The reasons that are offered. */
const offered = () => [...dialog.querySelectorAll("li:not([hidden]) button")];

/**
 * Asks for a reason that fits what is decided about, beginning with the `written` note; gives both, or null where somebody thinks
 * better of it.
 */
export function askForReason(kind, written = "") {
  open("reason");
  tell(dialog, "");
  note.value = written;
  choose(null);
  for (const line of dialog.querySelectorAll("li")) line.hidden = !line.dataset.for.split(" ").includes(kind);
  for (const [at, button] of offered().entries()) button.querySelector("kbd").textContent = at < 9 ? at + 1 : at === 9 ? 0 : "";
  (offered()[0] ?? note).focus();
  return new Promise((resolve) => (settle = resolve));
}

function choose(button) {
  chosen = button;
  for (const other of offered()) other.setAttribute("aria-pressed", String(other === button));
}

/** Gives the answer, unless something is missing. */
function answer() {
  const told = note.value.trim();
  if (!chosen && offered().length) {
    offered()[0].focus();
    return tell(dialog, t("请先选一条原因"));
  }
  if (chosen && "needsNote" in chosen.dataset && !told) {
    note.focus();
    return tell(dialog, t("选这一条要写说明，写完按 Ctrl+Enter"));
  }
  const waiting = settle;
  settle = null;
  const reason = chosen?.dataset.reason;
  dialog.close();
  waiting?.({ ...(reason && { reason }), ...(told && { note: told }) });
}

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reason]");
  if (!button) return;
  choose(button);
  answer();
});

dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  answer();
});

dialog.addEventListener("keydown", (event) => {
  if (composing(event)) return;
  event.stopPropagation();
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    return answer();
  }
  if (event.target === note || !/^[0-9]$/.test(event.key)) return;
  const button = offered()[event.key === "0" ? 9 : Number(event.key) - 1];
  if (!button) return;
  event.preventDefault();
  choose(button);
  answer();
});

dialog.addEventListener("close", () => {
  settle?.(null);
  settle = null;
});
