// Single keys as commands: never while somebody types, and never while an input method is composing.

const typing = (element) =>
  element?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "");

/** Whether this key belongs to an input method that is composing. */
export const composing = (event) => event.isComposing || event.keyCode === 229;

/** Whether single keys are commands; who speaks to the computer, or shares a keyboard with a cat, turns them off. */
export const singleKeys = {
  get on() {
    return localStorage.getItem("zhijian:keys") !== "off";
  },
  set on(isOn) {
    if (isOn) localStorage.removeItem("zhijian:keys");
    else localStorage.setItem("zhijian:keys", "off");
  },
};

/**
 * Runs `commands[name]` when its key is pressed: `j`, `?`, `ctrl+enter`. A command gets the event; the key is taken unless it
 * gives back false. Chords work while typing too, single keys do not.
 */
export function onKeys(commands, root = document) {
  root.addEventListener("keydown", (event) => {
    if (composing(event) || event.altKey || event.defaultPrevented) return;
    const chord = event.ctrlKey || event.metaKey;
    // Help is there for whoever has turned the keys off without meaning to.
    if (!chord && (typing(event.target) || (!singleKeys.on && event.key !== "?"))) return;
    // A letter is the same letter under Caps Lock; with Shift it is another one.
    const isLetter = event.key.length === 1 && event.shiftKey;
    const name = (chord ? "ctrl+" : "") + (isLetter ? event.key : event.key.toLowerCase());
    const command = commands[name];
    if (command && command(event) !== false) event.preventDefault();
  });
}
