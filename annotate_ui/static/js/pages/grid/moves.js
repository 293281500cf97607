/**
 * Where a key leads in a grid of tiles, and which tiles a range holds. Pure: numbers in, numbers out.
 *
 * @typedef {{columns: number, count: number}} Shape
 */

/** @param {number} n @param {number} most @returns {number} n held between 0 and most */
const held = (n, most) => Math.max(0, Math.min(most, n));

/** @param {Shape} shape @returns {number} how many rows there are, the last one perhaps short */
export const rowsOf = (shape) => Math.ceil(shape.count / shape.columns);

/** The tile of the same column in another row; the last tile where that row is too short. */
function inRow(row, column, { columns, count }) {
  return Math.min(held(row, rowsOf({ columns, count }) - 1) * columns + column, count - 1);
}

/** The first or the last tile of the row (of the page with Ctrl). */
function edge(key, row, ctrl, { columns, count }) {
  if (key === "Home") return ctrl ? 0 : row * columns;
  return ctrl ? count - 1 : Math.min((row + 1) * columns, count) - 1;
}

/**
 * The tile that a key leads to. Left and right run on over the ends of rows, as reading does.
 *
 * @param {string} key a KeyboardEvent's key
 * @param {number} at the tile now
 * @param {Shape} shape
 * @param {boolean} [ctrl] Ctrl or Command is held
 * @returns {number|null} null: the key moves nothing
 */
export function moved(key, at, shape, ctrl = false) {
  const row = Math.floor(at / shape.columns);
  const column = at % shape.columns;
  switch (key) {
    case "ArrowLeft": return held(at - 1, shape.count - 1);
    case "ArrowRight": return held(at + 1, shape.count - 1);
    case "ArrowUp": return row === 0 ? at : inRow(row - 1, column, shape);
    case "ArrowDown": return row === rowsOf(shape) - 1 ? at : inRow(row + 1, column, shape);
    case "PageUp": return inRow(row - 4, column, shape);
    case "PageDown": return inRow(row + 4, column, shape);
    case "Home":
    case "End": return edge(key, row, ctrl, shape);
    default: return null;
  }
}

/**
 * The tile that a jump to a row leads to: the same column in row 1, 2, 3...
 *
 * @param {number} row from 1
 * @param {number} at
 * @param {Shape} shape
 * @returns {number|null} null: there is no such row
 */
export function jumped(row, at, shape) {
  return row < 1 || row > rowsOf(shape) ? null : inRow(row - 1, at % shape.columns, shape);
}

/** @param {number} from @param {number} to @returns {number[]} every tile between the two, both with them, rising */
export function range(from, to) {
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/**
 * How many columns make the tiles as large as they can be with all of them in sight.
 *
 * @param {number} count of tiles
 * @param {number} most columns
 * @param {number} width px of the room
 * @param {number} height
 * @returns {number} from 2; of two that are as good the greater
 */
export function columnsFor(count, most, width, height) {
  const size = (columns) => Math.min(width / columns, height / Math.ceil(count / columns));
  let best = 2;
  for (let columns = 3; columns <= Math.min(most, count); columns += 1) if (size(columns) >= size(best)) best = columns;
  return best;
}

/** @param {number} column from 0 @returns {string} A to Z, then AA as in a spreadsheet */
export function letter(column) {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letter(Math.floor(column / 26) - 1) + last;
}

/** @param {number} at @param {number} columns @returns {string} "B2": column, row */
export const nameOf = (at, columns) => letter(at % columns) + (Math.floor(at / columns) + 1);
