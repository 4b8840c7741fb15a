// Asks the server: JSON in, JSON out, refusals as errors that can be shown.

import { t } from "./words.js";

/** Why the server did not do what was asked; `status` is 0 where it could not be reached. */
export class Refused extends Error {
  constructor(status, problem, retryAfter = 0) {
    super(problem.detail ?? t("服务器出错，请稍后再试"));
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** Sends a request and gives the answer as `{ body, etag }`. */
export async function ask(method, path, { body, etag, keepalive } = {}) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (etag !== undefined) headers["if-match"] = `"${etag}"`;
  // Whoever has logged in since in another window must not sign for whoever this page was written for.
  if (document.body.dataset.person) headers["x-zhijian-person"] = document.body.dataset.person;
  let answer;
  let text;
  try {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(path, { method, headers, body: sent, keepalive, credentials: "same-origin" });
    text = await answer.text();
  } catch {
    throw new Refused(0, { code: "offline", detail: t("连不上服务器") });
  }
  let content = null;
  try {
    content = text ? JSON.parse(text) : null;
  } catch {
    // Not ours: a proxy's own page, say. Where it claims that all is well, nothing has arrived all the same.
    if (answer.ok) throw new Refused(0, { code: "offline", detail: t("连不上服务器") });
  }
  if (!answer.ok) throw new Refused(answer.status, content ?? {}, Number(answer.headers.get("retry-after")) || 0);
  return { body: content, etag: answer.headers.get("etag")?.replaceAll('"', "") };
}
