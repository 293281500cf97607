/**
 * A training task: outline one instance, then see what agreed with the expert's outline.
 * @module pages/training
 */
import { Later } from "../core/later.js";
import { dress, fetched } from "../core/styles.js";
import { later as tools, open as outline, styles as sheets } from "./segment.js";

/** What shows the result, with its sheet. */
const result = new Later(async () => (await Promise.all([import("./draw/compare.js"), fetched(["training"])]))[0]);

export const styles = sheets;
/** What may be needed, and the result. */
export const later = [result, ...tools];

/** @param {object} host @returns {Promise<object>} the page of a segmentation task, with a result after it */
export async function open(host) {
  const page = await outline(host);
  const { name } = host.task.work.category;
  host.foot.replaceChildren();
  let shown = null;
  return {
    ...page,
    title: { ...page.title, text: `Training: outline this ${name}` },
    verb: "Close and compare",
    skips: [],
    busy: () => Boolean(shown),
    async after({ training }) {
      if (!training) return;
      const { compare } = await result.get();
      dress([...sheets, "training"]);
      shown = compare(host, page, training);
      await shown.done;
    },
  };
}
