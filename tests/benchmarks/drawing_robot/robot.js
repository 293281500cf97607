/** Draws every instance of a folder with every tool; one line of JSON for each: `node robot.js FOLDER MOST ZOOM`. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { polygon, wired } from "./outline_robots.js";
import { boxed, lasso, rough } from "./region_robots.js";
import { Hand } from "./shapes.js";

/** Longest side of a crop on the screen, and how far a click is off there, px. */
const SCREEN = 400, TREMOR = 1.5;

const TOOLS = {
  polygon: (one, most) => polygon(one, most),
  "greedy polygon": (one, most) => wired(one, most, { wire: false }),
  "wire only": (one, most) => wired(one, most, { straight: false }),
  "wire or straight": (one, most) => wired(one, most),
  "box cut, then wire, straight or its outline": (one, most) => wired(one, most, { first: true }),
  "box cut and clicks": (one, most) => boxed(one, most),
  "box cut, clicks or brush": (one, most) => boxed(one, most, { brush: true }),
  "lasso 3 px": (one) => lasso(one, 3),
  "lasso 5 px": (one) => lasso(one, 5),
  "5 points": (one) => rough(one, 5),
  "12 points": (one) => rough(one, 12),
};

const [folder, most, noise, only] = process.argv.slice(2);
const index = JSON.parse(readFileSync(join(folder, "instances.json"), "utf8"));
const bytes = readFileSync(join(folder, "pixels.bin"));

for (const { id, kind, width, height, box, at } of index) {
  const pixels = { width, height, data: new Uint8ClampedArray(bytes.subarray(at, at + 4 * width * height)) };
  const data = Uint8Array.from(bytes.subarray(at + 4 * width * height, at + 5 * width * height));
  const screen = SCREEN / Math.max(width, height);
  for (const [tool, draw] of Object.entries(TOOLS)) {
    if (only && !tool.includes(only)) continue;
    const hand = new Hand(id, noise === "zoom" ? TREMOR / screen : Number(noise));
    const made = draw({ pixels, truth: { width, height, data }, box, hand, screen }, Number(most));
    process.stdout.write(`${JSON.stringify({ id, kind, tool, ...made })}\n`);
  }
}
