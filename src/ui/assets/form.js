// Forms that speak to the API: fields become JSON, and what is wrong with them is said beside them.

import { Refused, ask } from "./api.js";
import { t } from "./words.js";

/** The value of a field as JSON has it; `data-type` says which kind. */
function value(field) {
  if (field.type === "checkbox") return field.checked;
  if (field.dataset.type === "number") return field.value === "" ? undefined : Number(field.value);
  return field.value;
}

/** What a form says, as JSON: boxes of one name become a list. */
function contentOf(form) {
  const content = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox" && field.dataset.value !== undefined) {
      content[field.name] ??= [];
      if (field.checked) content[field.name].push(field.dataset.value);
    } else {
      const own = value(field);
      if (own !== undefined) content[field.name] = own;
    }
  }
  return content;
}

function clear(form) {
  const told = form.querySelector(".problem");
  if (told) told.hidden = true;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** The way to log in again beside what is written here, which stays. */
function logIn() {
  const link = document.createElement("a");
  link.href = "/login";
  link.target = "_blank";
  link.textContent = t("在新标签页登录");
  return link;
}

/** Says what is wrong, and leads to the first field that offends. */
export function tell(form, refused) {
  const told = form.querySelector(".problem");
  if (told) {
    told.textContent = refused instanceof Refused ? refused.message : t("页面出错，请重新打开");
    if (refused.status === 401) told.append(" ", logIn());
    told.hidden = false;
  }
  const fields = (refused.problem?.errors ?? []).map((error) => form.elements[error.pointer.split("/")[1]]).filter(Boolean);
  for (const field of fields) field.setAttribute?.("aria-invalid", "true");
  fields[0]?.focus?.();
}

/** Sends `form` as its `data-send` says; gives the answer, or null where it was refused. */
export async function send(form) {
  const [method, path] = form.dataset.send.split(" ");
  clear(form);
  const button = form.querySelector("button:not([type=button])");
  if (button) button.disabled = true;
  try {
    const content = contentOf(form);
    return await ask(method, path, Object.keys(content).length ? { body: content } : {});
  } catch (refused) {
    tell(form, refused);
    return null;
  } finally {
    if (button) button.disabled = false;
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.send || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  const answer = await send(form);
  if (!answer) return;
  form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer.body }));
  if (form.dataset.then === "reload") location.reload();
  else if (form.dataset.then) location.assign(form.dataset.then);
});
