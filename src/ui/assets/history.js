// What has happened to a call: who has decided, submitted and sent it back, and why.

import { ask } from "./api.js";
import { notify } from "./notices.js";
import { open } from "./dialogs.js";
import { moment } from "./time.js";
import { t } from "./words.js";

const dialog = document.getElementById("history");
const list = dialog.querySelector("[data-history]");

const of = async (path) => (await ask("GET", `${path}/history`)).body.history;

function told({ action, detail }) {
  if (action === "reopen") return t("退回：{}", detail.why);
  if (action === "submit") return t("提交，{} 分", detail.with_vetoes);
  return t("判断了 {} 处", detail.length);
}

/** Shows everything, the latest first. */
export async function showHistory(path) {
  open("history");
  const entries = await of(path).catch(() => []);
  list.replaceChildren(
    ...entries.reverse().map((entry) => {
      const line = document.createElement("li");
      line.textContent = `${moment(new Date(entry.at))} ${entry.name} ${told(entry)}`;
      return line;
    }),
  );
}

/** Says why a call was sent back the last time. */
export async function tellWhyReopened(path) {
  const entries = await of(path).catch(() => []);
  const last = entries.filter(({ action }) => action === "reopen").at(-1);
  if (last) notify(t("{} {} 退回：{}", last.name, moment(new Date(last.at)), last.detail.why));
}
