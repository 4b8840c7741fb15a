// Why a rule says what it says of this call, or why it says nothing.

import { ask } from "./api.js";
import { open } from "./dialogs.js";
import { t } from "./words.js";

const dialog = document.getElementById("why");
const form = dialog.querySelector("[data-why-form]");
const told = dialog.querySelector("[data-why-text]");
const { review } = dialog.dataset;

/** What a rule is called, and what became of it. */
const titleOf = (rule) => [...document.querySelectorAll("#rules option")].find((option) => option.value === rule)?.textContent ?? rule;

/** Explains the first of these rules, and offers the others; whoever looks may name any rule. */
export function why(rules) {
  open("why");
  dialog.querySelector("[data-why-rules]").replaceChildren(
    ...rules.map((rule) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = titleOf(rule);
      button.addEventListener("click", () => explain(rule));
      return button;
    }),
  );
  told.textContent = rules.length ? "" : t("这一项由人评判，机器没有判过；可以在上面写一条规则");
  form.elements.rule.focus();
  if (rules.length) explain(rules[0]);
}

async function explain(rule) {
  form.elements.rule.value = rule;
  const path = `/api/v1/reviews/${review}/explanation?${new URLSearchParams({ rule })}`;
  const { body } = await ask("GET", path).catch((refused) => ({ body: { text: refused.message } }));
  // Somebody may have asked for another one since.
  if (form.elements.rule.value === rule) told.textContent = body.text;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  explain(form.elements.rule.value.trim());
});
