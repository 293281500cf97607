/**
 * Buttons that copy the field beside them; without this script the field can be selected.
 * @module
 */

/** How long the button says that it is done, ms. */
const SAID_MS = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy), word = button.textContent;
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // without https there is no clipboard to write to
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = word; }, SAID_MS);
  });
}
