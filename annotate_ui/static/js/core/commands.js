/**
 * The keys that act on every page.
 * @module core/commands
 */

/** @param {import("./flow.js").Flow} flow @param {import("./frame.js").Frame} frame */
export function addKeys(flow, frame) {
  const { keys } = frame;
  const task = () => Boolean(flow.work?.page);
  const add = (id, names, text, run, when) => keys.add({ id, keys: names, text, group: "Everywhere", run, when });
  add("submit", ["Enter", "Ctrl+Enter"], "Submit", () => flow.submit());
  add("undo", ["z", "Ctrl+z"], "Undo", () => flow.undo());
  add("redo", ["Shift+z", "Ctrl+Shift+z", "Ctrl+y"], "Do again", () => flow.redo());
  add("skip", ["s"], "Skip this task", () => flow.skipMenu());
  add("help", ["?"], "This sheet", () => flow.help());
  add("keep", ["l"], "Keep the task for longer, when its time is nearly over", () => flow.work.lease.extend(),
    () => task() && flow.work.lease?.warned === true);
  frame.primary.append(keys.cap("submit"));
  frame.skip.append(keys.cap("skip"));
}
