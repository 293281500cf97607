/**
 * Sprite sheets: the tiles of a page come on a few pictures, and each tile shows its part of one. Nothing shifts while
 * they load: a tile has its size and a quiet ground (its mean colour where the page knows it) from the start.
 *
 * @typedef {{url: string, columns: number, rows: number, tile_width: number, tile_height: number}} Sheet
 * @typedef {{sheet: number, at: number, url: string, mean?: string}} Pictured
 * @typedef {[number, number, number, number]} Box x, y, width, height
 */
import { el } from "../../core/dom.js";

/** A picture is never larger on its sheet than this many times its own size. */
const MOST_ZOOM = 3;

/**
 * Where a picture lies on its sheet: in the middle of its cell, uncut.
 *
 * @param {Sheet} sheet @param {number} at its cell @param {number} width px of the picture itself @param {number} height
 * @returns {Box} px of the sheet
 */
export function placed({ columns, tile_width: wide, tile_height: high }, at, width, height) {
  const scale = Math.min(wide / width, high / height, MOST_ZOOM);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const [left, top] = [wide * (at % columns), high * Math.floor(at / columns)];
  return [left + Math.floor((wide - w) / 2), top + Math.floor((high - h) / 2), w, h];
}

/**
 * The middle of a box, cut so that it comes near a square; no more than a share of it is cut off.
 *
 * @param {Box} box @param {number} most share, 0 to 1
 * @returns {Box}
 */
export function squared([x, y, w, h], most) {
  const width = Math.max(Math.min(w, h), w * (1 - most));
  const height = Math.max(Math.min(w, h), h * (1 - most));
  return [x + (w - width) / 2, y + (h - height) / 2, width, height];
}

/** @param {number} part @param {number} whole @param {number} from @returns {string} a background-position in percent */
const share = (part, whole, from) => (whole > part ? `${(100 * from) / (whole - part)}%` : "0%");

export class Sheets {
  /** @param {Sheet[]} sheets @param {{cut?: number}} [options] cut: the share of a picture that a tile may leave out */
  constructor(sheets, { cut = 0 } = {}) {
    this.sheets = sheets;
    this.most = cut;
    /** Per sheet: null while it loads, true when it came, false when it did not: its tiles bring their own pictures. */
    this.came = sheets.map(() => null);
    this.loaded = sheets.map((sheet, i) => {
      const picture = new Image();
      picture.src = sheet.url;
      return picture.decode().then(() => true, () => false).then((came) => (this.came[i] = came));
    });
  }

  /**
   * @param {Pictured} item
   * @param {number} width px of the picture itself
   * @param {number} height
   * @param {{whole?: boolean}} [options] whole: nothing of it is cut
   * @returns {HTMLElement} the picture, as large as fits in its square parent
   */
  face(item, width, height, { whole = false } = {}) {
    const node = el("span", { class: "face" });
    const box = placed(this.sheets[item.sheet], item.at, width, height);
    const seen = whole ? box : squared(box, this.most);
    const most = Math.max(seen[2], seen[3]);
    node.style.width = `${(100 * seen[2]) / most}%`;
    node.style.height = `${(100 * seen[3]) / most}%`;
    if (item.mean) node.style.backgroundColor = item.mean;
    const paint = (came) => (came ? this.paint(node, item, seen) : alone(node, item));
    if (this.came[item.sheet] === null) this.loaded[item.sheet].then(paint);
    else paint(this.came[item.sheet]);
    return node;
  }

  /** @param {HTMLElement} node @param {Pictured} item @param {Box} box what of the sheet it shows */
  paint(node, { sheet }, [x, y, w, h]) {
    const { url, columns, rows, tile_width: wide, tile_height: high } = this.sheets[sheet];
    node.style.backgroundImage = `url("${url}")`;
    node.style.backgroundSize = `${(100 * columns * wide) / w}% ${(100 * rows * high) / h}%`;
    node.style.backgroundPosition = `${share(w, columns * wide, x)} ${share(h, rows * high, y)}`;
  }
}

/** @param {HTMLElement} node @param {Pictured} item */
function alone(node, { url }) {
  node.style.backgroundImage = `url("${url}")`;
  node.style.backgroundSize = "cover";
  node.style.backgroundPosition = "center";
}
