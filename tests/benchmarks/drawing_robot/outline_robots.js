/** Robots that click points of the outline: straight sides, or sides that follow an edge where that is better. */

import { blank } from "../../../annotate_ui/static/js/masks/sets.js";
import { paint } from "../../../annotate_ui/static/js/masks/fill.js";
import { start, maskOf } from "../../../annotate_ui/static/js/tools/box.js";
import { Wire } from "../../../annotate_ui/static/js/tools/wire.js";
import { fewest, outlines, score, timed } from "./shapes.js";

/** A run stops when this IoU is reached. */
const ENOUGH = 0.93;

/** The plain polygon: for every number of points, the best ones. */
export function polygon({ truth, hand }, most) {
  const clicked = new Map();
  const click = (p) => clicked.get(p) ?? clicked.set(p, hand.at(p, truth)).get(p);
  const iou = [];
  fewest(outlines(truth), most).forEach((rings, k) => {
    iou[k] = score(rings.map((ring) => ring.flatMap(({ p }) => click(p))), truth);
  });
  return { iou, ms: [0] };
}

/**
 * A polygon whose sides may take other ways: every new point goes where the outline is farthest off, and every side
 * takes the way that is nearest to the truth.
 */
export function wired({ pixels, truth, box, hand }, most, { straight = true, first = false, wire = true } = {}) {
  const ms = [], rings = outlines(truth);
  const made = wire ? new Wire(pixels) : null;
  const cutRing = first ? boxRing(pixels, box, hand, truth, ms) : null;
  const ways = (from, to) => [
    straight && { kind: "straight", line: to.at },
    made && { kind: "wire", line: along(made, from, to.at, ms) },
    cutRing && { kind: "cut", line: follow(cutRing, from.at, to.at) },
  ].filter(Boolean);
  const parts = rings.map((ring) => ({ ring, clicks: [], sides: [] }));
  const iou = [], toggles = [];
  if (cutRing) iou[2] = iou[3] = score([cutRing.flat()], truth); // a good cut is kept as it is
  begin(parts[0], [0, opposite(parts[0].ring)]);
  for (let k = (first ? 2 : 0) + 2; k <= most; k = advance(k)) {
    const drawn = parts.filter((p) => p.clicks.length > 1).map((p) => p.sides.flatMap((s) => s.line));
    iou[k] = Math.max(score(drawn, truth), iou[2] ?? 0);
    toggles[k] = changes(parts);
    if (iou[k] >= ENOUGH) break;
  }
  return { iou, toggles, ms };

  function begin(part, places) {
    part.clicks = places.map((i) => ({ i, at: hand.at(part.ring[i], truth) }));
    part.sides = part.clicks.map((c, n) => best(part, c, part.clicks[(n + 1) % part.clicks.length]));
  }

  /** One more point, or three for a part that was not begun; what the number of clicks is then. */
  function advance(k) {
    const sides = parts.flatMap((part) => part.sides.map((side, n) => ({ part, side, n })));
    const worst = sides.reduce((a, b) => (b.side.off > a.side.off ? b : a));
    const other = parts.find((p) => !p.clicks.length && fewest([p.ring], 3).size);
    if (other && partSize(other, truth) > worst.side.off) {
      begin(other, fewest([other.ring], 3).get(3)[0].map(({ i }) => i));
      return k + 3;
    }
    insert(worst);
    return k + 1;
  }

  function insert({ part, side, n }) {
    const i = farthest(side, part.ring);
    const click = { i, at: hand.at(part.ring[i], truth) };
    part.clicks.splice(n + 1, 0, click);
    const end = part.clicks[(n + 2) % part.clicks.length];
    part.sides.splice(n, 1, best(part, part.clicks[n], click), best(part, click, end));
  }

  function best(part, from, to) {
    const true_ = between(part.ring, from.i, to.i);
    const sides = ways(from, to).map(({ kind, line }) => {
      const gap = [...from.at, ...line, ...true_.slice().reverse().flat()];
      return { kind, line, from, to, off: pixelsIn([gap], truth) };
    });
    return sides.reduce((a, b) => (b.off < a.off ? b : a));
  }
}

const partSize = (part, truth) => (part.size ??= pixelsIn([part.ring.flat()], truth));

/** The line of the wire from a click; what the search found is kept with the click. */
function along(wire, from, to, ms) {
  if (from.back) [wire.anchor, wire.back] = [from.anchor, from.back];
  else {
    timed(ms, () => wire.from(from.at));
    [from.anchor, from.back] = [wire.anchor, wire.back];
  }
  return wire.to(to);
}

/** The largest ring of the mask that a box, two trembling clicks, is cut to. */
function boxRing(pixels, [x, y, w, h], hand, truth, ms) {
  const [a, b] = [hand.at([x, y], truth), hand.at([x + w, y + h], truth)];
  const mask = timed(ms, () => maskOf(start(pixels, [a[0], a[1], Math.max(b[0] - a[0], 2), Math.max(b[1] - a[1], 2)])));
  const rings = outlines(mask);
  return rings[0] ?? null;
}

/** From one point to another along a ring: the shorter way round. */
function follow(ring, from, to) {
  const [a, b] = [from, to].map((p) => nearest(ring, p));
  const [forth, back] = [between(ring, a, b), between(ring, b, a).reverse()];
  return [...(forth.length <= back.length ? forth : back).flat(), ...to];
}

function nearest(ring, [x, y]) {
  let best = 0, least = Infinity;
  ring.forEach((p, i) => {
    const d = (p[0] - x) ** 2 + (p[1] - y) ** 2;
    if (d < least) [best, least] = [i, d];
  });
  return best;
}

/** The points of a ring from one place to another, both with it, onwards. */
function between(ring, a, b) {
  const many = ((b - a + ring.length) % ring.length || ring.length) + 1;
  return Array.from({ length: many }, (_, s) => ring[(a + s) % ring.length]);
}

/** The place of the true outline that is farthest from a side. */
function farthest({ line, from, to }, ring) {
  const many = (to.i - from.i + ring.length) % ring.length || ring.length;
  const way = [...from.at, ...line];
  let best = (from.i + Math.ceil(many / 2)) % ring.length, most = -1;
  for (let s = 1; s < many; s++) {
    const i = (from.i + s) % ring.length, d = distance(ring[i], way);
    if (d > most) [best, most] = [i, d];
  }
  return best;
}

function distance([x, y], line) {
  let best = Infinity;
  for (let i = 0; i + 3 < line.length; i += 2) {
    const dx = line[i + 2] - line[i], dy = line[i + 3] - line[i + 1];
    const t = Math.min(Math.max(((x - line[i]) * dx + (y - line[i + 1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
    best = Math.min(best, (x - line[i] - t * dx) ** 2 + (y - line[i + 1] - t * dy) ** 2);
  }
  return best;
}

/** The place of a ring that is farthest from its first point. */
function opposite(ring) {
  return ring.reduce((best, p, i) => (apart(p, ring[0]) > apart(ring[best], ring[0]) ? i : best), 0);
}

const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function pixelsIn(rings, { width, height }) {
  const mask = blank(width, height);
  for (const ring of rings) paint(mask, ring, 1);
  return mask.data.reduce((sum, v) => sum + v, 0);
}

/** How often the kind of side changes on the way round: a key press each. */
function changes(parts) {
  const kinds = parts.flatMap((p) => p.sides.map((s) => s.kind));
  return kinds.reduce((sum, kind, i) => sum + (i && kind !== kinds[i - 1] ? 1 : 0), 0);
}
