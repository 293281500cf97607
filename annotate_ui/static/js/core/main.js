/**
 * The worker's page starts here: agreement, joining, then from task to task.
 * @module core/main
 */
import { Api, Offline, Refusal } from "./api.js";
import { Flow } from "./flow.js";
import { Frame } from "./frame.js";
import { Journal } from "./journal.js";
import { Keys } from "./keys.js";
import { recall, remember, setTheme, theme } from "./prefs.js";
import { openStore } from "./stores.js";
import { seen } from "./styles.js";

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? null;

/** An invite link makes a new worker each time it is opened: the browser keeps the first one. A panel says who comes. */
const ENTRY = `cocokit.entry:${location.pathname}`;
const AGREED = `cocokit.agreed:${location.pathname}`;
/** The conditions, as the server knows them: a new text is asked for anew. */
const VERSION = "3";
const own = meta("asks-nickname") !== null;
const preview = meta("preview") !== null;

setTheme(theme());
const frame = new Frame(new Keys());
const api = new Api();

/** Shows a text to agree to, unless that was done. @returns {Promise<{nickname?: string}>} */
async function agreement() {
  if (preview || recall(AGREED) === VERSION) return {};
  frame.state("entry");
  frame.title({ text: meta("campaign") ?? "cocokit" }, "");
  const { consent } = await seen(import("./consent.js"));
  const ask = consent({ campaign: meta("campaign") ?? "", nickname: own, version: VERSION });
  frame.stage.append(ask.node);
  const said = await ask.agreed;
  remember(AGREED, VERSION);
  frame.clear();
  frame.state("loading");
  return said;
}

/** Joins with the entry that this browser has kept; with the page's own if that is no good any more. */
async function join() {
  const fresh = api.entry;
  const kept = own ? recall(ENTRY) : null;
  const said = await agreement();
  api.entry = kept ?? fresh;
  try {
    return await api.join(said);
  } catch (error) {
    if (!(error instanceof Refusal) || !kept) throw error;
    api.entry = fresh;
    return api.join(said);
  } finally {
    if (own) remember(ENTRY, api.entry);
  }
}

/** @param {Flow} flow */
async function begin(flow) {
  try {
    const joined = await join();
    flow.journal.who = `${joined.campaign.name}|${joined.worker.name}`;
    await flow.start(joined);
  } catch (error) {
    if (!(error instanceof Offline) && !(error instanceof Refusal)) throw error;
    const retry = () => begin(flow);
    if (error instanceof Offline) flow.state("offline", { sentence: "The server can't be reached. What you did is kept here.", retry_s: 15 }, retry);
    else flow.stopped(error);
  }
}

/** A mistake of ours: the worker keeps what was done and is told what to do. */
function broken(flow, error) {
  if (error instanceof Offline || error instanceof Refusal) return flow.stopped(error);
  return flow.state("broken", { sentence: "Something went wrong on this page. What you did is kept; reload it to go on." }, () => location.reload());
}

const flow = new Flow({ api, frame, journal: new Journal(await openStore()), preview });
addEventListener("unhandledrejection", ({ reason }) => broken(flow, reason));
api.onstate = (online) => { if (!online) frame.saved("offline"); };
await begin(flow);
