/**
 * Near duplicates share one tile: candidates of one stack, at the place of the first of them.
 *
 * @typedef {{id: number, sheet: number, at: number, stack?: number|string|null}} Candidate
 */

/**
 * @template {Candidate} C
 * @param {C[]} candidates in the page's order
 * @returns {C[][]} the tiles, each with its members; the order is that of the first members
 */
export function stacked(candidates) {
  /** @type {Map<number|string, C[]>} */
  const open = new Map();
  /** @type {C[][]} */
  const tiles = [];
  for (const candidate of candidates) {
    const stack = candidate.stack ?? null;
    const known = stack === null ? undefined : open.get(stack);
    if (known) {
      known.push(candidate);
      continue;
    }
    const tile = [candidate];
    if (stack !== null) open.set(stack, tile);
    tiles.push(tile);
  }
  return tiles;
}

/**
 * @param {number} count of tiles
 * @param {number} size of a page
 * @returns {Array<[number, number]>} the pages, each from a tile to one past its last
 */
export function pages(count, size) {
  const made = [];
  for (let from = 0; from < count; from += size) made.push([from, Math.min(from + size, count)]);
  return /** @type {Array<[number, number]>} */ (made);
}
