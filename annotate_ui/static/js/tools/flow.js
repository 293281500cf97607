/**
 * The cheapest cut of a grid of pixels into inside and outside: Dinic's maximum flow.
 *
 * Every pixel has a wish (positive: inside, negative: outside) that costs its size when it is not granted, and a price
 * with each of its eight neighbours that is paid when their labels differ. The labels with the least cost come back.
 */

/** A wish of this size or more is granted whatever it costs. */
export const CERTAIN = 1000;

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
  const room = new Int32Array(8 * n); // of each pixel's eight directions
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < 4; d++) {
      if (price[d][i] > 0) room[8 * i + d] = room[8 * (i + step[d]) + d + 4] = 256 * price[d][i];
    }
  }
  wish.forEach((w, i) => Math.abs(w) >= CERTAIN && settle(i, Math.sign(w)));
  const level = new Int32Array(n), turn = new Uint8Array(n), queue = new Int32Array(n);
  while (levels()) {
    turn.fill(0);
    for (let i = 0; i < n; i++) if (rest[i] > 0) push(i);
  }
  return Uint8Array.from(level, (l, i) => ((Math.abs(wish[i]) >= CERTAIN ? wish[i] > 0 : l > 0) ? 1 : 0));

  /** Takes a pixel out whose label is certain: what its neighbours would pay becomes a wish of theirs. */
  function settle(i, sign) {
    rest[i] = 0;
    for (let d = 0; d < 8; d++) {
      if (!room[8 * i + d]) continue;
      const j = i + step[d];
      rest[j] += sign * room[8 * i + d];
      room[8 * i + d] = room[8 * j + (d ^ 4)] = 0;
    }
  }

  /** Steps from pixels with flow left; true if they lead to one that takes it. */
  function levels() {
    level.fill(0);
    let end = 0, last = n; // nothing beyond the first level where flow is taken
    for (let i = 0; i < n; i++) if (rest[i] > 0) level[(queue[end++] = i)] = 1;
    for (let q = 0; q < end; q++) {
      const i = queue[q];
      if (level[i] > last) break;
      if (rest[i] < 0) last = level[i];
      for (let d = 0; d < 8; d++) {
        if (room[8 * i + d] > 0 && !level[i + step[d]]) level[(queue[end++] = i + step[d])] = level[i] + 1;
      }
    }
    return last < n;
  }

  /** Sends what is left at a pixel down the levels until nothing more gets through. */
  function push(start) {
    const way = [];
    for (let i = start; rest[start] > 0;) {
      if (rest[i] < 0) {
        i = send(start, way, i);
      } else if (turn[i] < 8) {
        const d = turn[i], j = i + step[d];
        if (room[8 * i + d] > 0 && level[j] === level[i] + 1) {
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
    for (let k = 0, i = start; k < way.length; i += step[way[k++]]) most = Math.min(most, room[8 * i + way[k]]);
    rest[start] -= most;
    rest[end] += most;
    let last = start, kept = way.length;
    for (let k = 0, i = start; k < way.length; k++) {
      const d = way[k], j = i + step[d];
      room[8 * i + d] -= most;
      room[8 * j + (d ^ 4)] += most;
      if (room[8 * i + d] === 0 && kept === way.length) [last, kept] = [i, k];
      i = j;
      if (kept === way.length) last = i;
    }
    way.length = Math.min(kept, way.length);
    return last;
  }
}
