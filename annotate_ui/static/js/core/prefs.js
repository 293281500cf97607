/**
 * What a worker chose for this browser: the theme, and words that are kept across visits.
 * @module core/prefs
 */

const THEME = "cocokit.theme";

/** @param {string} key @returns {string|null} */
export function recall(key) {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null; // A panel's frame may have no storage.
  }
}

/** @param {string} key @param {string|null} value null forgets it */
export function remember(key, value) {
  try {
    if (value === null) globalThis.localStorage?.removeItem(key);
    else globalThis.localStorage?.setItem(key, value);
  } catch {
    // A panel's frame may have no storage: the choice holds until the page closes.
  }
}

/** @returns {"system"|"light"|"dark"} */
export const theme = () => recall(THEME) ?? "system";

/** @param {"system"|"light"|"dark"} choice */
export function setTheme(choice) {
  remember(THEME, choice === "system" ? null : choice);
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
