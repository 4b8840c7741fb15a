// What the page has to say beside what was asked for: it stays until somebody has seen it.

import { t } from "./words.js";

/** Says something that stays until it is looked at; the same is not said twice at once. */
export function notify(sentence) {
  const notices = document.querySelector("[data-notices]");
  const same = [...notices.querySelectorAll(".news")].find((line) => line.firstChild.data === sentence);
  same?.remove();
  const line = document.createElement("p");
  line.className = "notice news";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = t("知道了");
  button.addEventListener("click", () => line.remove());
  line.append(sentence, " ", button);
  notices.append(line);
}
