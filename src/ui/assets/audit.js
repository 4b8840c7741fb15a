// Follows the chain of the audit log: of a long one this takes a while, so that the page does not wait for it.

import { ask } from "./api.js";
import { t } from "./words.js";

const chain = document.querySelector("[data-chain]");

try {
  const { body } = await ask("GET", "/api/v1/audit/state");
  chain.dataset.whole = body.whole;
  chain.textContent = body.whole ? t("审计链完整") : t("审计链不完整：{}", body.broken);
  chain.title = `${body.length}:${body.head}`;
} catch (refused) {
  chain.textContent = refused.message;
}
