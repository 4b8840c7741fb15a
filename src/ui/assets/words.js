// What scripts say: the Chinese sentence is the key, English comes from the server's dictionary.

const english = document.documentElement.lang === "en"
  ? await fetch(new URL("english.json", import.meta.url)).then((answer) => answer.json()).catch(() => ({}))
  : {};

/** The sentence in the language of the page, with `values` in the place of each {}. */
export function t(chinese, ...values) {
  const parts = (english[chinese] ?? chinese).split("{}");
  return parts.map((part, at) => (at < values.length && at < parts.length - 1 ? part + values[at] : part)).join("");
}
