/** Robots that begin with a box or a quick stroke, and set right what is wrong. */

import { stroke } from "../../../annotate_ui/static/js/masks/brush.js";
import { fill } from "../../../annotate_ui/static/js/masks/fill.js";
import { simplify } from "../../../annotate_ui/static/js/masks/outline.js";
import { copy, iou as overlap } from "../../../annotate_ui/static/js/masks/sets.js";
import { click, maskOf, start } from "../../../annotate_ui/static/js/tools/box.js";
import { signedDistance } from "../../../annotate_ui/static/js/tools/distance.js";
import { tighten } from "../../../annotate_ui/static/js/tools/tighten.js";
import { fewest, outlines, score, timed } from "./shapes.js";

const ENOUGH = 0.93;

/** Box, then a click into the middle of the largest error, again and again; with `brush` also a dab, if better. */
export function boxed({ pixels, truth, box: [x, y, w, h], hand }, most, { brush = false } = {}) {
  const starts = [], ms = [], iou = [], brushes = [];
  const [a, b] = [hand.at([x, y], truth), hand.at([x + w, y + h], truth)];
  const corners = [a[0], a[1], Math.max(b[0] - a[0], 2), Math.max(b[1] - a[1], 2)];
  let region = timed(starts, () => start(pixels, corners));
  let mask = maskOf(region);
  for (let k = 2; k <= most; k++) {
    iou[k] = overlap(mask, truth);
    brushes[k] = brushes[k - 1] ?? 0;
    if (iou[k] >= ENOUGH) break;
    const { at, wanted, depth } = worst(mask, truth);
    const aimed = hand.at(at, truth);
    const next = timed(ms, () => click(region, aimed, wanted));
    const clicked = maskOf(next);
    const dabbed = copy(mask);
    stroke(dabbed, aimed, aimed, depth, wanted ? 1 : 0);
    if (brush && overlap(dabbed, truth) > overlap(clicked, truth)) {
      mask = dabbed;
      region = { ...region, inside: shrunk(dabbed, region) };
      brushes[k]++;
    } else [mask, region] = [clicked, next];
  }
  return { iou, ms, starts, brushes };
}

/** A mask at the size of a region's copy. */
function shrunk(mask, { width, height, scale }) {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = Math.min(Math.floor(((i % width) + 0.5) / scale), mask.width - 1);
    const y = Math.min(Math.floor((Math.floor(i / width) + 0.5) / scale), mask.height - 1);
    return mask.data[y * mask.width + x];
  });
}

/** The deepest place of the largest connected error, and which label it should have. */
function worst(mask, truth) {
  const { width, height } = truth;
  let best = [];
  for (const wanted of [0, 1]) {
    const wrong = mask.data.map((v, i) => (v !== wanted && truth.data[i] === wanted ? 1 : 0));
    for (const part of parts(wrong, width)) if (part.length > best.length) best = part;
  }
  const only = new Uint8Array(width * height);
  for (const i of best) only[i] = 1;
  const deep = signedDistance(only, width, height);
  const i = best.reduce((a, b) => (deep[b] > deep[a] ? b : a), best[0]);
  return { at: [(i % width) + 0.5, Math.floor(i / width) + 0.5], wanted: truth.data[i] === 1, depth: deep[i] + 0.5 };
}

function parts(wrong, width) {
  const left = wrong.slice(), found = [];
  for (let s = 0; s < left.length; s++) {
    if (!left[s]) continue;
    const part = [s];
    left[s] = 0;
    for (let p = 0; p < part.length; p++) {
      const i = part[p], x = i % width;
      for (const j of [x ? i - 1 : -1, x + 1 < width ? i + 1 : -1, i - width, i + width]) {
        if (left[j]) left[j] = part.push(j) && 0;
      }
    }
    found.push(part);
  }
  return found;
}

/** One stroke around everything, `wobble` screen px off; raw and tightened. */
export function lasso({ pixels, truth, hand, screen }, wobble) {
  const ms = [];
  const drawn = outlines(truth).map((ring) => shaken(ring, wobble / screen, 12 / screen, hand).flat());
  const rings = drawn.map((ring) => simplify(ring, 1 / screen));
  const mask = fill(rings, truth.width, truth.height);
  const tight = timed(ms, () => tighten(pixels, mask));
  return { raw: overlap(mask, truth), tight: overlap(tight, truth), ms };
}

/** An outline that is off by `sd` px, alike for points that are less than `along` px apart. */
function shaken(ring, sd, along, hand) {
  const reach = Math.max(Math.round(along), 1), n = ring.length;
  const noise = ring.map(() => [hand.normal(), hand.normal()]);
  return ring.map(([x, y], i) => {
    let [u, v] = [0, 0];
    for (let s = -reach; s <= reach; s++) {
      const [a, b] = noise[(i + s + reach * n) % n];
      u += a;
      v += b;
    }
    const size = sd / Math.sqrt(2 * reach + 1);
    return [x + size * u, y + size * v];
  });
}

/** A polygon of k points, and the same tightened. */
export function rough({ pixels, truth, hand }, k) {
  const rings = (fewest(outlines(truth), k).get(k) ?? []).map((ring) => ring.flatMap(({ p }) => hand.at(p, truth)));
  const mask = fill(rings, truth.width, truth.height), ms = [];
  const tight = timed(ms, () => tighten(pixels, mask, { slack: 0.1 }));
  return { raw: score(rings, truth), tight: overlap(tight, truth), ms };
}
