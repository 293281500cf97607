/**
 * Keeps parts of a page fresh: every element with `data-live` is replaced by the one of the same name in the page as
 * the server shows it now. What somebody is using at the moment stays as it is.
 * @module
 */
import { fresh } from "./fresh.js";

const EVERY_MS = 5000;

async function tick() {
  if (document.visibilityState === "visible") await fresh(location.href);
  setTimeout(tick, EVERY_MS);
}

setTimeout(tick, EVERY_MS);
