/**
 * Pages that come between a task and itself: a rest, and a photo that did not load.
 * @module core/between
 */
import { el } from "./dom.js";

/** The worker rests: what was done is saved, the task stays theirs. @param {import("./flow.js").Flow} flow */
export function rest(flow) {
  const { work } = flow;
  if (!work?.page) return;
  work.drafts.save();
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const until = clock.format(new Date(work.lease.end - flow.api.ahead));
  const said = { sentence: `Your work is saved. This task stays yours until ${until}.` };
  flow.state("resting", said, () => flow.open(work.task));
}

/** A photo did not come: try again, or report it. @param {import("./flow.js").Flow} flow @param {object} task */
export function photoFailed(flow, task) {
  if (flow.work?.task !== task) return;
  const report = el("button", { class: "btn", type: "button", on: { click: () => flow.giveBack(task, "not_loading") } },
    "Report it and take the next");
  const said = { sentence: "It may be your network, or the photo. Try again, or report it; you lose nothing." };
  flow.state("photo", said, () => flow.open(task), [report]);
}
