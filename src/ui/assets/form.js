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

/** Where somebody logs in again, in another window: what has been typed here stays. */
function toLogIn() {
  const link = document.createElement("a");
  link.href = `/login?to=${encodeURIComponent(location.pathname + location.search)}`;
  Object.assign(link, { target: "_blank", rel: "noopener", textContent: t("在新窗口里登录") });
  return link;
}

function say(form, ...parts) {
  const told = form.querySelector(".problem");
  told?.replaceChildren(...parts);
  if (told) told.hidden = false;
}

/** Says what is wrong, and leads to the first field that offends. */
export function tell(form, refused) {
  const said = refused instanceof Refused ? refused.message : t("页面出错，请重新打开");
  // Where somebody is just logging in, the password was wrong.
  const mustLogIn = refused.status === 401 && form.dataset.send !== "POST /api/v1/session";
  say(form, said, ...(mustLogIn ? [" ", toLogIn()] : []));
  const fields = (refused.problem?.errors ?? []).map((error) => form.elements[error.pointer.split("/")[1]]).filter(Boolean);
  for (const field of fields) field.setAttribute?.("aria-invalid", "true");
  fields[0]?.focus?.();
}

/** Sends `form` as its `data-send` says; gives the answer, or null where it was refused. */
export async function send(form) {
  const [method, path] = form.dataset.send.split(" ");
  clear(form);
  const unticked = [...form.querySelectorAll("[data-some]")].find((boxes) => !boxes.querySelector(":checked"));
  if (unticked) return say(form, unticked.dataset.some), null;
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
  const sure = form.dataset.sure ?? form.querySelector("option:checked[data-sure]")?.dataset.sure;
  if (sure && !confirm(sure)) return;
  const answer = await send(form);
  if (!answer) return;
  form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer.body }));
  if (form.dataset.then === "reload") location.reload();
  else if (form.dataset.then) location.assign(form.dataset.then);
});
