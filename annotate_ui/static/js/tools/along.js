/**
 * Sides that follow an outline that is there already: between two points on it, one way round or the other.
 *
 * The outlines run along corners of pixels, so two masks that share a side share no pixel and leave none free.
 */

export class Along {
  /** The longer way round instead of the shorter one. */
  turned = false;

  /** @param {{box: number[], rings: number[][]}[]} others px; box: x, y, width, height around the rings of each */
  constructor(others) { this.others = others; }

  /**
   * The corner of a pixel on an outline that is nearest to a point.
   * @param {number[]} at px @param {number} within px
   * @returns {[number, number]|null} null: none is so near
   */
  snap(at, within) {
    let best = null, least = within;
    for (const { box: [x, y, w, h], rings } of this.others) {
      if (at[0] < x - within || at[1] < y - within || at[0] > x + w + within || at[1] > y + h + within) continue;
      for (const ring of rings) {
        for (let i = 0; i < ring.length; i += 2) {
          const found = nearest(ring, i, at), away = Math.hypot(found[0] - at[0], found[1] - at[1]);
          if (away <= least) [least, best] = [away, found];
        }
      }
    }
    return best;
  }

  /**
   * The way between two points of `snap` along the outline that both lie on.
   * @param {number[]} from px @param {number[]} to px @param {boolean} [other] the other way round than usual
   * @returns {number[]|null} what to append to a ring that ends at `from`; `to` comes last. Null: no outline has both
   */
  path(from, to, other = false) {
    if (`${from}` === `${to}`) return null;
    const rings = this.others.flatMap((one) => one.rings);
    for (const ring of rings) {
      const a = sideOf(ring, from), b = sideOf(ring, to);
      if (a < 0 || b < 0) continue;
      const forth = [...between(ring, a, b, from, to), ...to];
      const back = [...pairs(between(ring, b, a, to, from)).reverse().flat(), ...to];
      const ways = length([...from, ...forth]) <= length([...from, ...back]) ? [forth, back] : [back, forth];
      return ways[this.turned !== other ? 1 : 0];
    }
    return null;
  }
}

/** The end of the side that begins at an index. */
const endOf = (ring, i) => [ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];

/** The corner of a pixel on a side that is nearest to a point; sides are level or upright. */
function nearest(ring, i, at) {
  const end = endOf(ring, i);
  return at.map((v, k) => Math.round(Math.min(Math.max(v, Math.min(ring[i + k], end[k])), Math.max(ring[i + k], end[k]))));
}

/** The index of the side that a point lies on, its end left out; -1 if on none. */
function sideOf(ring, at) {
  for (let i = 0; i < ring.length; i += 2) {
    const on = nearest(ring, i, at), end = endOf(ring, i);
    if (on[0] === at[0] && on[1] === at[1] && !(end[0] === at[0] && end[1] === at[1])) return i;
  }
  return -1;
}

/** The corners from a point on side `a` forth to one on side `b`. */
function between(ring, a, b, from, to) {
  const ahead = (at) => Math.hypot(at[0] - ring[a], at[1] - ring[a + 1]);
  if (a === b && ahead(to) >= ahead(from)) return [];
  const flat = [];
  let i = a;
  do {
    flat.push(...endOf(ring, i));
    i = (i + 2) % ring.length;
  } while (i !== b);
  return `${flat.slice(-2)}` === `${to}` ? flat.slice(0, -2) : flat;
}

const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => flat.slice(2 * i, 2 * i + 2));

function length(flat) {
  let sum = 0;
  for (let i = 2; i < flat.length; i += 2) sum += Math.abs(flat[i] - flat[i - 2]) + Math.abs(flat[i + 1] - flat[i - 1]);
  return sum;
}
