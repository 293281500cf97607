/**
 * What the requester tells beside a task: words of their own, good and bad examples.
 * @module core/beside
 */
import { el } from "./dom.js";
import { linked } from "./styles.js";

let sheet = null;

/** Adds it to the side, after the page's own words. @param {import("./work.js").Work} work */
export async function beside({ flow, task, page }) {
  const shown = task.work.examples;
  if (!task.instructions && !shown) return;
  sheet ??= linked("css/beside.css", "all", (link) => document.head.append(link)).here;
  const [found] = await Promise.all([shown ? import("./examples.js") : null, sheet]);
  if (flow.work?.page !== page) return; // Another task is open by now.
  const [first, second] = flow.frame.side.querySelectorAll(".section");
  if (shown) (second ?? first).after(found.examples(shown));
  if (task.instructions) first.after(el("section", { class: "section told", text: task.instructions }));
}
