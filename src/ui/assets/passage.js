// A passage that the machine has missed: chosen with the keyboard in its turn, or selected with the mouse.

import { open, tell } from "./dialogs.js";
import { selectedPassage, textOf } from "./talk.js";
import { t } from "./words.js";

const form = document.querySelector("[data-missed-form]");
const passage = form.querySelector("[data-passage]");
let turn = null;

// It is there to select in. Where a field is readonly, browsers show no caret and take no arrows.
passage.addEventListener("beforeinput", (event) => event.preventDefault());

/** How many characters the first `units` of a text are. */
const characters = (text, units) => [...text.slice(0, units)].length;

/** Asks which passage of a turn is meant, and what is wrong with it. */
export function askForPassage(fallback) {
  const selected = selectedPassage();
  turn = selected?.turn ?? fallback;
  if (turn === undefined) return false;
  const dialog = open("missed");
  tell(dialog, "");
  passage.value = textOf(turn);
  passage.focus();
  const signs = [...passage.value];
  const units = (count) => signs.slice(0, count).join("").length;
  passage.setSelectionRange(units(selected?.start ?? 0), units(selected?.end ?? signs.length));
  return true;
}

/** Whether this call was judged by a rule of this id. */
const isRule = (id) => [...document.querySelectorAll("#rules option")].some((option) => option.value === id);

// What was written for one passage says nothing of the next.
form.closest("dialog").addEventListener("close", () => form.reset());

/** Has `decide` take what the dialog says. */
export function onPassage(decide) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { rule, note } = Object.fromEntries(new FormData(form));
    const start = characters(passage.value, passage.selectionStart);
    const end = characters(passage.value, passage.selectionEnd);
    if (start === end) return tell(form, t("请选中一段话"));
    if (!rule.trim() && !note.trim()) return tell(form, t("请写规则或说明"));
    if (rule.trim() && !isRule(rule.trim())) return tell(form, t("没有这条规则：不清楚是哪条，就把规则空着，只写说明"));
    const told = { ...(rule.trim() && { rule: rule.trim() }), ...(note.trim() && { note: note.trim() }) };
    form.closest("dialog").close();
    decide({ turn, start, end, ...told });
  });
}
