/**
 * The slow tools, off the page's thread: a Web Worker that answers `{id, name, args}` with `{id, made}` or
 * `{id, error}`.
 */

import { superpixels } from "../tools/superpixels.js";
import { cut, tighten, trim } from "./found.js";

export const calls = { cut, tighten, trim, superpixels };

/** What can be handed over without a copy. */
const buffers = (made) => [made?.paint?.mask.data.buffer ?? made?.buffer].filter(Boolean);

globalThis.onmessage = ({ data: { id, name, args } }) => {
  try {
    const made = calls[name](...args);
    postMessage({ id, made }, buffers(made));
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
