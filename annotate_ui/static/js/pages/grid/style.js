/** The grid pages' own stylesheets, asked for once. */
import { el, fileAt } from "../../core/dom.js";

/** @param {string} name of css/pages @returns {Promise<void>} when it applies or has failed: the page works without it */
function styled(name) {
  const href = fileAt(`css/pages/${name}.css`);
  if (document.querySelector(`link[rel=stylesheet][href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    document.head.append(el("link", { rel: "stylesheet", href, on: { load: () => done(), error: () => done() } }));
  });
}

/** @param {string} stage @returns {Promise<unknown>} what both grid pages share, and the stage's own */
export const styles = (stage) => Promise.all([styled("grid"), styled(stage)]);
