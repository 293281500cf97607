/**
 * A page's own stylesheet: it applies while the page is open, and no other page's does, so that one page's names never
 * reach another.
 * @module pages/photo/style
 */
import { el, fileAt } from "../../core/dom.js";

const FOLDER = fileAt("css/pages/");
const all = () => [...document.querySelectorAll(`link[rel=stylesheet][href^="${FOLDER}"]`)];

/** @param {string} name @returns {Promise<HTMLLinkElement>} when it applies, or has failed: a page without it still works */
async function linked(name) {
  const href = `${FOLDER}${name}.css`;
  const there = all().find((one) => one.getAttribute("href") === href);
  if (there) return there;
  const link = el("link", { rel: "stylesheet", href });
  const settled = new Promise((done) => ["load", "error"].forEach((type) => link.addEventListener(type, done)));
  document.head.append(link);
  await settled;
  return link;
}

/**
 * @param {...string} names of css/pages
 * @returns {Promise<() => void>} when they apply; the function ends it
 */
export async function styled(...names) {
  const links = await Promise.all(names.map(linked));
  const others = all().filter((one) => !links.includes(one) && !one.disabled);
  others.forEach((one) => { one.disabled = true; });
  links.forEach((link) => { link.disabled = false; });
  return () => {
    links.forEach((link) => { link.disabled = true; });
    others.forEach((one) => { one.disabled = false; });
  };
}
