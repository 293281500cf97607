/**
 * The cheapest cut of a grid of pixels into inside and outside: Dinic's maximum flow.
 *
 * Every pixel has a wish (positive: inside, negative: outside) that costs its size when it is not granted, and a price
 * with each of its eight neighbours that is paid when their labels differ. The labels with the least cost come back.
 */

/** The first four directions; the other four are their opposites: right, down, down right, down left. */
export const FORTH = [[1, 0], [0, 1], [1, 1], [-1, 1]];

/**
 * @param {Float32Array} wish per pixel
 * @param {Float32Array[]} price four planes as in FORTH: between a pixel and its neighbour there; 0 beyond the border
 * @param {number} width
 * @returns {Uint8Array} 1 inside
 */
export function cheapestCut(wish, price, width) {
  const n = wish.length;
  const step = [...FORTH, ...FORTH.map(([x, y]) => [-x, -y])].map(([x, y]) => y * width + x);
  // What can still flow, as whole numbers, so that nothing is left over by rounding.
  const rest = Int32Array.from(wish, (w) => Math.round(256 * w));
  const room = step.map((s, d) => {
    const plane = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      if (d < 4) plane[i] = 256 * price[d][i];
      else if (i + s >= 0 && i + s < n) plane[i] = 256 * price[d - 4][i + s];
    }
    return plane;
  });
  const level = new Int32Array(n), turn = new Uint8Array(n), queue = new Int32Array(n);
  while (levels()) {
    turn.fill(0);
    for (let i = 0; i < n; i++) if (rest[i] > 0) push(i);
  }
  return Uint8Array.from(level, (l) => (l > 0 ? 1 : 0));

  /** Steps from pixels with flow left; true if they lead to one that takes it. */
  function levels() {
    level.fill(0);
    let end = 0, found = false;
    for (let i = 0; i < n; i++) if (rest[i] > 0) level[(queue[end++] = i)] = 1;
    for (let q = 0; q < end; q++) {
      const i = queue[q];
      if (rest[i] < 0) found = true;
      for (let d = 0; d < 8; d++) {
        if (room[d][i] > 0 && !level[i + step[d]]) level[(queue[end++] = i + step[d])] = level[i] + 1;
      }
    }
    return found;
  }

  /** Sends what is left at a pixel down the levels until nothing more gets through. */
  function push(start) {
    const way = [];
    for (let i = start; rest[start] > 0;) {
      if (rest[i] < 0) {
        i = send(start, way, i);
      } else if (turn[i] < 8) {
        const d = turn[i], j = i + step[d];
        if (room[d][i] > 0 && level[j] === level[i] + 1) {
          way.push(d);
          i = j;
        } else turn[i]++;
      } else if (way.length) { // a dead end: back, and never here again
        i -= step[way.pop()];
        turn[i]++;
      } else return;
    }
  }

  /** One flow along a way; comes back with the pixel behind which there is still room, and the way to it. */
  function send(start, way, end) {
    let most = Math.min(rest[start], -rest[end]);
    for (let k = 0, i = start; k < way.length; i += step[way[k++]]) most = Math.min(most, room[way[k]][i]);
    rest[start] -= most;
    rest[end] += most;
    let last = start, kept = way.length;
    for (let k = 0, i = start; k < way.length; k++) {
      const d = way[k], j = i + step[d];
      room[d][i] -= most;
      room[d ^ 4][j] += most;
      if (room[d][i] === 0 && kept === way.length) [last, kept] = [i, k];
      i = j;
      if (kept === way.length) last = i;
    }
    way.length = Math.min(kept, way.length);
    return last;
  }
}
