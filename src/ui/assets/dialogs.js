// Dialogs: opened with something to do, closed by Escape or a button; the browser takes the focus back to where it was.

/** Opens the dialog with this id, and gives it. */
export function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

/** Whether any dialog is open: keys of the page rest then. */
export const anyOpen = () => document.querySelector("dialog[open]") !== null;

/** Says within a dialog what went wrong. */
export function tell(dialog, sentence) {
  const told = dialog.querySelector(".problem");
  told.textContent = sentence;
  told.hidden = !sentence;
}

/** Has `act` do what the form of a dialog says; it closes when that has worked, and else says why not. */
export function onSubmit(id, act) {
  const dialog = document.getElementById(id);
  dialog?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await act(event.target);
      dialog.close();
    } catch (refused) {
      tell(dialog, refused.message);
    }
  });
}

for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
