// Where in a text a mistake is: at a line and column, or at a JSON pointer.

/** The place of `line:column`, both from 1. */
export function atLine(text, line, column) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const chars = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("");
  return Math.min(before + chars.length, text.length);
}

/** The line of a place, from 1. */
export const lineOf = (text, at) => text.slice(0, at).split("\n").length;

const token = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}[\],:"]+))/y;

/** The place of what a JSON pointer points at, or of the nearest thing around it; null where there is no JSON. */
export function atPointer(text, pointer) {
  const path = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  token.lastIndex = 0;
  let found = null;
  const next = () => {
    const read = token.exec(text);
    return read && { sign: read[1], text: read[2] ?? read[3], at: token.lastIndex - read[0].trimStart().length };
  };
  /** Reads one value from its first token; `depth` steps of the path lead to it, or none does. */
  const value = (first, depth) => {
    if (!first) return;
    if (depth !== null) found = first.at;
    if (depth === path.length) return;
    if (first.sign !== "{" && first.sign !== "[") return;
    members(first.sign, depth);
  };
  const members = (open, depth) => {
    for (let number = 0; ; number += 1) {
      let read = next();
      if (!read || read.sign === "}" || read.sign === "]") return;
      let name = String(number);
      if (open === "{") {
        try {
          name = JSON.parse(read.text);
        } catch {
          return;
        }
        next();
        read = next();
      }
      const leads = depth !== null && name === path[depth];
      value(read, leads ? depth + 1 : null);
      if (leads) return;
      const after = next();
      if (!after || after.sign !== ",") return;
    }
  };
  value(next(), 0);
  return found;
}
