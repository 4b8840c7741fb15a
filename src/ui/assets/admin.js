// Passwords that are made up here, scopes that go with a role, and secrets and passwords that are shown once.

import { t } from "./words.js";

/** Letters and digits that nobody takes for others when reading them out. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

function password() {
  const numbers = crypto.getRandomValues(new Uint32Array(16));
  const letters = [...numbers].map((number) => LETTERS[number % LETTERS.length]);
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

for (const button of document.querySelectorAll("[data-make]")) {
  button.addEventListener("click", () => {
    const field = button.form.elements.password;
    field.value = password();
    field.focus();
    field.select();
  });
}

for (const form of document.querySelectorAll("form[data-scopes]")) {
  const boxes = [...form.querySelectorAll("[data-roles]")];
  form.elements.role.addEventListener("change", () => {
    for (const box of boxes) {
      box.disabled = !box.dataset.roles.split(" ").includes(form.elements.role.value);
      box.checked = !box.disabled;
    }
  });
}

const dialog = document.querySelector("[data-secret]");

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** Browsers give the clipboard only to pages that came encrypted; elsewhere the words are at least selected. */
async function copy(element, told) {
  select(element);
  try {
    await navigator.clipboard.writeText(element.textContent);
    told.textContent = t("已复制");
  } catch {
    told.textContent = document.execCommand("copy") ? t("已复制") : t("已选中，请按 Ctrl+C 复制");
  }
}

/** What must be stored now: what the server has made up, or the password that stands in the form and is nowhere else. */
function secretOf(form, answer) {
  if (form.dataset.showsSecret !== "password") return answer.secret;
  return `${t("登录名")} ${answer.login}\n${t("密码")} ${form.elements.password.value}`;
}

if (dialog) {
  const text = dialog.querySelector("[data-secret-text]");
  const told = dialog.querySelector("[data-copied]");
  let isStored = false;
  document.addEventListener("sent", (event) => {
    if (event.target.dataset.showsSecret === undefined) return;
    text.textContent = secretOf(event.target, event.detail);
    dialog.showModal();
  });
  dialog.querySelector("[data-copy]").addEventListener("click", () => copy(text, told));
  dialog.querySelector("[data-stored]").addEventListener("click", () => {
    isStored = true;
    dialog.close();
  });
  // Escape must not lose what is never shown again. Browsers let a page refuse it only once, and close the dialog the second time.
  dialog.addEventListener("close", () => (isStored ? location.reload() : dialog.showModal()));
}
