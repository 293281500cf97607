/**
 * What a page is given: the places it fills, the task, and the few things it may ask of the frame.
 * @module core/host
 */
import * as dom from "./dom.js";
import { History } from "./history.js";
import { hint, say, toast } from "./live.js";
import { Photo } from "./photo.js";
import { rail } from "./rail.js";

/** @param {string} query */
const matches = (query) => globalThis.matchMedia?.(query).matches ?? false;

/** Undo and redo, for the end of every rail; their keys belong to the frame. @param {import("./flow.js").Flow} flow */
const steps = (flow) => [
  { id: "undo", icon: "undo", text: "Undo", cap: "undo", mode: false, run: () => flow.undo() },
  { id: "redo", icon: "redo", text: "Do again", cap: "redo", mode: false, run: () => flow.redo() },
];

/**
 * @param {import("./flow.js").Flow} flow @param {object} task an assignment of the worker API
 * @returns {object} the host; `close()` takes everything of it away
 */
export function makeHost(flow, task) {
  const { frame } = flow;
  const keys = frame.keys.scope();
  const history = new History();
  const photos = [];
  const host = {
    ...dom, say, hint, toast, task, keys, history, me: flow.me, campaign: flow.campaign,
    stage: frame.stage, side: frame.side, panel: frame.panel, rail: frame.rail, foot: frame.slot,
    reduced: matches("(prefers-reduced-motion: reduce)"), coarse: matches("(pointer: coarse)"), preview: flow.preview,
    tools: (groups) => {
      frame.steps.hidden = true;
      return rail(frame.rail, keys, [...groups, steps(flow)]);
    },
    photo: (parent = frame.stage, image = task.work.image, options = {}) => {
      const photo = new Photo(parent, image, { history, keys, reduced: host.reduced, ...options });
      photos.push(photo);
      photo.ready.catch(() => flow.photoFailed(task));
      return photo;
    },
    changed: () => flow.changed(),
    submit: () => flow.submit(),
    skip: (reason) => flow.skip(reason),
    title: (title, verb) => frame.title(title, verb),
    verb: (verb) => frame.title(null, verb),
    undo: () => flow.undo(),
    redo: () => flow.redo(),
    close: () => {
      photos.forEach((photo) => photo.close());
      keys.close();
      history.onchange = null;
    },
  };
  history.onchange = () => flow.changed();
  return host;
}
