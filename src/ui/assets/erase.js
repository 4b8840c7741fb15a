// Erasing: nothing is sent before the id has been typed a second time.

import { send } from "./form.js";
import { t } from "./words.js";

const form = document.querySelector("[data-erase]");

if (form) {
  const dialog = document.querySelector("[data-confirm]");
  const again = dialog.querySelector("[data-again]");
  const yes = dialog.querySelector("[value=yes]");
  const done = form.querySelector("[data-done]");
  const id = form.elements.transcript_id;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done.textContent = "";
    dialog.querySelector("[data-id]").textContent = id.value;
    again.value = "";
    yes.disabled = true;
    dialog.returnValue = "";
    dialog.showModal();
    again.focus();
  });
  again.addEventListener("input", () => (yes.disabled = again.value !== id.value));
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "yes" || again.value !== id.value) return id.focus();
    const answer = await send(form);
    if (!answer) return;
    form.reset();
    done.textContent = t("已删除");
  });
}
