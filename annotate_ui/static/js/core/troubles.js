/**
 * What comes between a worker and a task: a rest, a photo that did not load, a lease that ends, another tab, no network.
 * @module core/troubles
 */
import { Offline } from "./api.js";
import { el } from "./dom.js";
import { duration } from "./frame.js";

export { statePage } from "./states.js";

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

/** No network, and no task that is here. @param {import("./flow.js").Flow} flow */
export function offline(flow) {
  const sentence = `${flow.outbox.words} here until you are back. You may close this page: nothing is lost.`;
  const act = async () => ((await flow.outbox.flush()) ? flow.advance() : offline(flow));
  return flow.state("offline", { sentence, retry_s: 15, me: flow.me }, act);
}

/** What the server says of a task that has its answer. */
const ANSWERED = ["is answered", "has an answer already"];

/** The task is not theirs any more. @param {import("./flow.js").Flow} flow @param {import("./work.js").Work} work @param {Error} error */
export async function lost(flow, work, error) {
  if (flow.work !== work) return;
  work.drafts?.note();
  await flow.journal.recall(work.clientId);
  const next = () => flow.advance();
  if (ANSWERED.includes(error.error?.reason)) return flow.state("answered", { sentence: "Its answer is here, perhaps from another tab of yours." }, next);
  return flow.state("lost", { sentence: `${error.message} What you did is kept in this browser.` }, next);
}

/**
 * The lease is over. Whoever has the task open may go on: a late answer is kept, and counts if nobody was quicker.
 * @param {import("./flow.js").Flow} flow @param {import("./work.js").Work} work @param {Error} error what the server said
 */
export function timeOver(flow, work, error) {
  if (flow.work !== work || work.sending) return undefined;
  if (error.error?.reason !== "is expired") return lost(flow, work, error);
  work.drafts?.note();
  const leave = async () => { await flow.journal.forget(work.task); await flow.advance(); };
  return flow.frame.notice("The time for this task is over. You can still send it; it counts if nobody else was quicker.",
    [{ text: "Take the next instead", run: leave }]);
}

/** The lease ends soon. @param {import("./flow.js").Flow} flow @param {number} left ms */
export function leaseWarns(flow, left) {
  const text = left > 0 ? `${duration(Math.ceil(left / 1000))} left on this task.` : "This task's time is over; asking for more.";
  flow.frame.notice(text, [{ text: "Keep it", key: "keep", run: () => flow.work?.lease.extend() }]);
}

/** A draft was not taken. @param {import("./flow.js").Flow} flow @param {import("./work.js").Work} work @param {import("./api.js").Refusal} refusal */
export function draftRefused(flow, work, refusal) {
  if (flow.work !== work || work.sending) return;
  if (refusal.code !== "stale") return void lost(flow, work, refusal);
  work.newer = refusal.error;
  flow.lookOn();
}

/** Another tab sent this task's answer. @param {import("./flow.js").Flow} flow */
export function doneElsewhere(flow) {
  const { work } = flow;
  if (work?.page && !work.sending) return lost(flow, work, { error: { reason: ANSWERED[0] } });
}

/** Another tab has the task. @param {import("./flow.js").Flow} flow */
export function lookOn(flow) {
  const text = "This task is open in another tab, so this one only shows it.";
  if (flow.work?.readOnly) flow.frame.notice(text, [{ text: "Work here instead", run: () => takeOver(flow) }]);
}

/** This tab takes the task from the other one. */
async function takeOver(flow) {
  const { work } = flow;
  flow.tabs.take();
  try {
    const kept = await flow.journal.kept(work.task);
    const saved = await flow.api.draft(work.task.id);
    const local = kept && kept.version >= saved.version;
    await work.load(local ? kept.data : saved.data, saved.version);
  } catch (error) {
    if (!(error instanceof Offline)) return lost(flow, work, error);
  }
  work.readOnly = false;
  flow.frame.frozen(false);
  flow.frame.notice(null);
  return flow.focus();
}
