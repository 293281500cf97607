/** What every robot needs: the true outline, the best few points of it, a hand that trembles, a clock. */

import { fill } from "../../../annotate_ui/static/js/masks/fill.js";
import { trace } from "../../../annotate_ui/static/js/masks/outline.js";
import { iou } from "../../../annotate_ui/static/js/masks/sets.js";
import { random } from "../../js/support.js";

/** A hand with a tremor of `sd` px (Gaussian), the same for one seed. */
export class Hand {
  constructor(seed, sd) {
    this.next = random(seed);
    this.sd = sd;
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Where a click meant for a point lands. */
  at([x, y], { width, height }) {
    const within = (v, size) => Math.min(Math.max(v, 0), size);
    return [within(x + this.sd * this.normal(), width), within(y + this.sd * this.normal(), height)];
  }
}

/** Outer rings of a mask as points one px apart, the largest first. */
export function outlines(mask) {
  return trace(mask).filter((r) => !r.hole).map(({ ring }) => points(ring)).sort((a, b) => b.length - a.length);
}

function points(ring) {
  const found = [];
  for (let i = 0; i < ring.length; i += 2) {
    const [x, y] = [ring[i], ring[i + 1]], j = (i + 2) % ring.length;
    const dx = Math.sign(ring[j] - x), dy = Math.sign(ring[j + 1] - y);
    const steps = Math.abs(ring[j] - x) + Math.abs(ring[j + 1] - y);
    for (let s = 0; s < steps; s++) found.push([x + s * dx, y + s * dy]);
  }
  return found;
}

const triangle = (a, b, c) => Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2;

/**
 * Rings with at most `k` points in all, for k = 3 to `most`, by dropping the point whose triangle is smallest
 * (Visvalingam); a ring of three goes as a whole.
 */
export function fewest(rings, most) {
  const left = rings.map((ring) => ring.map((p, i) => ({ p, i })));
  const states = new Map();
  for (let total = left.reduce((sum, r) => sum + r.length, 0); total >= 3;) {
    const kept = total <= most ? left.filter((r) => r.length).map((r) => [...r]) : [];
    for (let k = total; k <= most && !states.has(k); k++) states.set(k, kept);
    const { ring, index } = smallest(left);
    if (ring.length === 3) total -= ring.splice(0).length;
    else {
      ring.splice(index, 1);
      for (const i of [index - 1, index]) delete ring.at(i % ring.length).size;
      total--;
    }
  }
  return states;
}

function smallest(rings) {
  let best = { size: Infinity };
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const one = ring[i];
      one.size ??= triangle(ring.at(i - 1).p, one.p, ring[(i + 1) % ring.length].p);
      const size = ring.length === 3 ? triangle(...ring.map((r) => r.p)) : one.size;
      if (size < best.size) best = { size, ring, index: i };
    }
  }
  return best;
}

/** IoU of rings with the truth. */
export const score = (rings, truth) => iou(fill(rings, truth.width, truth.height), truth);

/** Milliseconds of processor time that something took, beside what it gave. */
export function timed(clock, run) {
  const begin = process.cpuUsage();
  const made = run();
  const { user, system } = process.cpuUsage(begin);
  clock.push((user + system) / 1000);
  return made;
}
