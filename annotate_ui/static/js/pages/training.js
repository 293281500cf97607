/**
 * A training task: outline one instance, then see what agreed with the expert's outline.
 * @module pages/training
 */
import { compare } from "./draw/compare.js";
import { style } from "./draw/desk.js";
import { open as outline } from "./segment.js";

/** @param {object} host @returns {Promise<object>} the page of a segmentation task, with a result after it */
export async function open(host) {
  const [page] = await Promise.all([outline(host), style("training")]);
  const { name } = host.task.work.category;
  host.foot.replaceChildren();
  let shown = null;
  host.keys.add({ id: "training.on", keys: ["Enter"], text: "Go on", group: "Result", when: () => shown !== null, run: () => shown.end() });
  return {
    ...page,
    title: { ...page.title, text: `Training: outline this ${name}` },
    verb: "Close and compare",
    skips: [],
    busy: () => shown !== null,
    async after({ training }) {
      if (!training) return;
      shown = compare(host, page, training);
      const primary = document.getElementById("submit");
      primary.disabled = false;
      primary.removeAttribute("aria-busy");
      primary.addEventListener("click", shown.end, { once: true });
      await shown.done;
    },
  };
}
