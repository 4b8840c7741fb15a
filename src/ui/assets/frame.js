// On every page: the language, leaving, and times as the clock of the reader shows them.

import { ask } from "./api.js";
import { forgetAllOf, keptOf } from "./kept.js";
import { localTimes } from "./time.js";
import { t } from "./words.js";

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    document.cookie = `zhijian_lang=${button.dataset.lang}; path=/; max-age=31536000; samesite=lax`;
    location.reload();
  });
}

for (const button of document.querySelectorAll("[data-leave]")) {
  button.addEventListener("click", async () => {
    const { person } = document.body.dataset;
    const kept = keptOf(person);
    if (kept && !confirm(t("这台电脑上还有 {} 通的判断没有保存，退出就丢掉了。仍要退出吗？", kept))) return;
    try {
      await ask("DELETE", "/api/v1/session");
    } catch (refused) {
      if (refused.status !== 401) return alert(t("没有退出：{}", refused.message));
    }
    // The next one at this computer finds nothing of this one.
    forgetAllOf(person);
    sessionStorage.clear();
    location.assign("/login");
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

localTimes(document);
