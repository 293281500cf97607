/**
 * Making elements: `el`, `svg`, `icon`. Text from people only ever goes in as text, never as markup.
 * @module core/dom
 */

const ROOT = new URL("../../", import.meta.url).pathname;
const SVG = "http://www.w3.org/2000/svg";
/** Set as properties: as attributes they would only be defaults. */
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "indeterminate", "tabIndex", "open"]);

/**
 * Where a static file lies.
 * @param {string} path such as "icons-ui.svg"
 * @returns {string}
 */
export const fileAt = (path) => ROOT + path;

/** @param {Element} node @param {string} name @param {unknown} value */
function put(node, name, value) {
  if (name === "text") node.textContent = String(value ?? "");
  else if (name === "on") for (const [type, listen] of Object.entries(value)) node.addEventListener(type, listen);
  else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, String(one));
  else if (PROPERTIES.has(name) && name in node) node[name] = value;
  else if (value !== null && value !== undefined && value !== false) {
    node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  } else if (value === false && name.startsWith("aria-")) node.setAttribute(name, "false");
}

/** @param {Element} node @param {object|null} props @param {unknown[]} children @returns {Element} */
function filled(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) put(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * An HTML element.
 * @param {string} tag
 * @param {object|null} [props] class, text, aria-*, data-*, style {name: value}, on {type: listener}, any attribute
 * @param {...(Node|string|null|false|Array)} children strings become text nodes
 * @returns {HTMLElement}
 */
export const el = (tag, props, ...children) => filled(document.createElement(tag), props, children);

/**
 * An SVG element.
 * @param {string} tag @param {object|null} [attrs] as for `el`
 * @param {...Node} children @returns {SVGElement}
 */
export const svg = (tag, attrs, ...children) => filled(document.createElementNS(SVG, tag), attrs, children);

/**
 * A 16-px stroke icon of icons-ui.svg; it takes the colour of the text and is silent to screen readers.
 * @param {string} name @param {number} [size] px
 * @returns {SVGElement}
 */
export function icon(name, size = 16) {
  const box = { class: "g", width: size, height: size, viewBox: "0 0 16 16", "aria-hidden": "true" };
  return svg("svg", box, svg("use", { href: `${ROOT}icons-ui.svg#${name}` }));
}

/**
 * Empties a node and gives it back.
 * @template {Element} T @param {T} node @returns {T}
 */
export function clear(node) {
  node.replaceChildren();
  return node;
}
