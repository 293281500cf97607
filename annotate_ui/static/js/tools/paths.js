/** Cheapest ways over pixels: Dijkstra's search with buckets, for costs are small whole numbers. */

const STEPS = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]];
/** What a step costs, by its length: 5 for a side, 7 for a diagonal, times the pixel that it enters. */
export const SIDE = 5, DIAGONAL = 7;

/**
 * The cheapest ways from seeds to every pixel, to their eight neighbours at a time.
 * @param {Uint8Array} cost of each pixel, 1 to 255
 * @param {number} width
 * @param {number} height
 * @param {Iterable<number>} seeds pixels, counted row by row
 * @param {number} [reach] leave out pixels that cost more, in the units of `distance`
 * @returns {{distance: Int32Array, back: Int32Array}} what the way to a pixel costs, -1 where none was looked for; the
 *   pixel before it, itself for a seed
 */
export function field(cost, width, height, seeds, reach = 2 ** 30) {
  const n = width * height;
  const distance = new Int32Array(n).fill(-1), back = new Int32Array(n), done = new Uint8Array(n);
  const after = new Int32Array(n), before = new Int32Array(n); // each bucket is a chain of pixels
  const BUCKETS = 2048; // more than DIAGONAL * 255
  const first = new Int32Array(BUCKETS).fill(-1);
  let waiting = 0;

  function put(i, d, from) {
    if (distance[i] < 0) waiting++;
    else { // it waits in a later bucket: take it out
      if (before[i] < 0) first[distance[i] % BUCKETS] = after[i];
      else after[before[i]] = after[i];
      if (after[i] >= 0) before[after[i]] = before[i];
    }
    distance[i] = d;
    back[i] = from;
    const b = d % BUCKETS;
    before[i] = -1;
    after[i] = first[b];
    if (first[b] >= 0) before[first[b]] = i;
    first[b] = i;
  }

  for (const i of seeds) if (distance[i] < 0) put(i, 0, i);
  for (let d = 0; waiting; d++) {
    for (let i = first[d % BUCKETS]; i >= 0; i = first[d % BUCKETS]) {
      first[d % BUCKETS] = after[i];
      if (after[i] >= 0) before[after[i]] = -1;
      waiting--;
      done[i] = 1;
      const x = i % width, y = (i - x) / width;
      for (let s = 0; s < 8; s++) {
        const u = x + STEPS[s][0], v = y + STEPS[s][1];
        if (u < 0 || v < 0 || u >= width || v >= height) continue;
        const j = v * width + u;
        if (done[j]) continue;
        const there = d + (s < 4 ? SIDE : DIAGONAL) * cost[j];
        if (there <= reach && (distance[j] < 0 || there < distance[j])) put(j, there, i);
      }
    }
  }
  return { distance, back };
}
