/** Where a ring meets itself: the server takes no such outline, so the page shows the places first. */

/**
 * The points where a ring crosses or touches itself, or runs back along itself; none for a simple ring.
 * @param {number[]} ring x0, y0, x1, y1, ... px, closed by itself
 * @param {number} [most] stop after so many
 * @returns {[number, number][]}
 */
export function crossings(ring, most = 100) {
  const sides = sidesOf(ring);
  const n = sides.length;
  const found = new Map();
  const add = (point) => point && found.set(point.map((v) => v.toFixed(4)).join(), point);
  const order = sides.map((_, i) => i).sort((i, j) => sides[i].left - sides[j].left);
  for (let p = 0; p < n && found.size < most; p++) {
    const a = sides[order[p]];
    for (let q = p + 1; q < n && sides[order[q]].left <= a.right && found.size < most; q++) {
      const b = sides[order[q]];
      if (a.top > b.bottom || b.top > a.bottom) continue;
      const apart = Math.abs(order[p] - order[q]);
      if (apart === 1 || apart === n - 1) add(foldedBack(order[p], order[q], sides));
      else add(meeting(a, b));
    }
  }
  return [...found.values()];
}

/** The sides of a ring between points that differ. */
function sidesOf(ring) {
  const points = [];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const last = points[points.length - 1];
    if (!last || last[0] !== ring[i] || last[1] !== ring[i + 1]) points.push([ring[i], ring[i + 1]]);
  }
  const last = points[points.length - 1];
  if (points.length > 1 && last[0] === points[0][0] && last[1] === points[0][1]) points.pop();
  return points.length < 2 ? [] : points.map((a, i) => {
    const b = points[(i + 1) % points.length];
    return { a, b, left: Math.min(a[0], b[0]), right: Math.max(a[0], b[0]),
      top: Math.min(a[1], b[1]), bottom: Math.max(a[1], b[1]) };
  });
}

/** On which side of the line a -> b a point lies. */
const side = (a, b, p) => Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));

/** The corner between neighbours if the second runs back along the first. */
function foldedBack(i, j, sides) {
  const [first, second] = (i + 1) % sides.length === j ? [sides[i], sides[j]] : [sides[j], sides[i]];
  const { a, b } = first, c = second.b;
  const back = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;
  return side(a, b, c) === 0 && back ? b : null;
}

/** A point that two sides share, ends counted. */
function meeting(s, t) {
  const [p, q, r, u] = [side(s.a, s.b, t.a), side(s.a, s.b, t.b), side(t.a, t.b, s.a), side(t.a, t.b, s.b)];
  if (p * q < 0 && r * u < 0) return crossing(s, t);
  if (p === 0 && onBox(s, t.a)) return t.a;
  if (q === 0 && onBox(s, t.b)) return t.b;
  if (r === 0 && onBox(t, s.a)) return s.a;
  if (u === 0 && onBox(t, s.b)) return s.b;
  return null;
}

const onBox = (s, [x, y]) => x >= s.left && x <= s.right && y >= s.top && y <= s.bottom;

function crossing({ a, b }, t) {
  const dx = b[0] - a[0], dy = b[1] - a[1], ex = t.b[0] - t.a[0], ey = t.b[1] - t.a[1];
  const along = ((t.a[0] - a[0]) * ey - (t.a[1] - a[1]) * ex) / (dx * ey - dy * ex);
  return [a[0] + along * dx, a[1] + along * dy];
}
