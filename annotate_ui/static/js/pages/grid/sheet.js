/**
 * Sprite sheets: the tiles of a page come as one or two pictures, and each tile shows its part of one. Nothing shifts
 * while they load: a tile has its size and its mean colour (or the page's quiet ground) from the start.
 *
 * @typedef {{url: string, columns: number, rows: number, tile_width: number, tile_height: number}} Sheet
 * @typedef {{sheet: number, at: number, url: string, mean?: string}} Pictured
 */
import { el } from "../../core/dom.js";

/** @param {number} i @param {number} n @returns {string} where the i-th of n equal parts lies, as background-position */
const share = (i, n) => (n > 1 ? `${(100 * i) / (n - 1)}%` : "0%");

export class Sheets {
  /** @param {Sheet[]} sheets */
  constructor(sheets) {
    this.sheets = sheets;
    /** Once per sheet: true when it came, false when it did not and its tiles bring their own pictures. */
    this.loaded = sheets.map((sheet) => {
      const picture = new Image();
      picture.src = sheet.url;
      return picture.decode().then(() => true, () => false);
    });
  }

  /** @returns {Promise<boolean>} whether every sheet came */
  async ready() { return (await Promise.all(this.loaded)).every(Boolean); }

  /**
   * @param {Pictured} item
   * @returns {HTMLElement} the tile's picture, as large as its parent
   */
  face(item) {
    const node = el("span", { class: "face" });
    if (item.mean) node.style.backgroundColor = item.mean;
    this.loaded[item.sheet].then((came) => (came ? this.cut(node, item) : alone(node, item)));
    return node;
  }

  /** @param {HTMLElement} node @param {Pictured} item */
  cut(node, { sheet, at }) {
    const { url, columns, rows } = this.sheets[sheet];
    node.style.backgroundImage = `url("${url}")`;
    node.style.backgroundSize = `${100 * columns}% ${100 * rows}%`;
    node.style.backgroundPosition = `${share(at % columns, columns)} ${share(Math.floor(at / columns), rows)}`;
  }
}

/** @param {HTMLElement} node @param {Pictured} item */
function alone(node, { url }) {
  node.style.backgroundImage = `url("${url}")`;
  node.style.backgroundSize = "contain";
  node.style.backgroundPosition = "center";
}
