/**
 * The style sheets that come after the first paint: a page's own, which apply while the page is open and never reach
 * another, and that of what lies over or between tasks.
 * @module core/styles
 */
import { el, fileAt } from "./dom.js";

/** @type {Map<string, {link: HTMLLinkElement, here: Promise<void>}>} */
const sheets = new Map();

/** @param {string} path @param {string} media @param {(link: Node) => void} put */
export function linked(path, media, put) {
  const link = el("link", { rel: "stylesheet", href: fileAt(path), media });
  const here = new Promise((done) => ["load", "error"].forEach((type) => link.addEventListener(type, () => done()))); // A page without it still works.
  put(link);
  return { link, here };
}

/** Fetches sheets of css/pages; they apply to nothing yet. @param {string[]} names @returns {Promise<unknown>} */
export function fetched(names) {
  for (const name of names) {
    if (!sheets.has(name)) sheets.set(name, linked(`css/pages/${name}.css`, "not all", (link) => document.head.append(link)));
  }
  return Promise.all(names.map((name) => sheets.get(name).here));
}

/** From now on these sheets apply, and no other page's. @param {string[]} names that are fetched */
export function dress(names) {
  for (const [name, { link }] of sheets) link.media = names.includes(name) ? "all" : "not all";
}

let over = null;

/** A part with the sheet that it is seen by. @param {Promise<object>} module @returns {Promise<object>} */
export const seen = async (module) => (await Promise.all([module, overSheet()]))[0];

/** The sheet of states, help, agreement, menus and the lens. @returns {Promise<void>} when it applies */
export function overSheet() {
  // It comes before those of pages, as it would in the page itself.
  over ??= linked("css/sheets.css", "all", (link) => document.querySelector("link[rel=stylesheet][href$='/worker.css']").after(link));
  return over.here;
}
