// On every page: the language, leaving, and times as the clock of the reader shows them.

import { ask } from "./api.js";
import { localTimes } from "./time.js";

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    document.cookie = `zhijian_lang=${button.dataset.lang}; path=/; max-age=31536000; samesite=lax`;
    location.reload();
  });
}

for (const button of document.querySelectorAll("[data-leave]")) {
  button.addEventListener("click", async () => {
    await ask("DELETE", "/api/v1/session").catch(() => {});
    location.assign("/login");
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

localTimes(document);
