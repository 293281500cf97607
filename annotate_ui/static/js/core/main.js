/**
 * The worker's page starts here.
 * @module core/main
 */
import { Api } from "./api.js";
import { Flow } from "./flow.js";
import { Frame } from "./frame.js";
import { Keys } from "./keys.js";

const frame = new Frame(new Keys());
const flow = new Flow({ api: new Api(), frame, preview: document.querySelector("meta[name=preview]") !== null });
flow.start();
