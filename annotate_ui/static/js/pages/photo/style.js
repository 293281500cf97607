/**
 * A page's own stylesheet, asked for once.
 * @module pages/photo/style
 */
import { el, fileAt } from "../../core/dom.js";

/** @param {string} page @returns {Promise<void>} when it applies, or has failed: a page without it still works */
export function styled(page) {
  const href = fileAt(`css/pages/${page}.css`);
  const there = document.querySelector(`link[rel=stylesheet][href="${href}"]`);
  if (there) return Promise.resolve();
  return new Promise((done) => {
    document.head.append(el("link", { rel: "stylesheet", href, on: { load: () => done(), error: () => done() } }));
  });
}
