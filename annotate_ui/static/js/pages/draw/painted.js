/**
 * Painted pixels on the photo, with their border.
 * @module pages/draw/painted
 */
import { setPath } from "../../core/palette.js";
import { simplify, trace } from "../../masks/outline.js";
import { closed } from "./overlay.js";

/** The colour of painted pixels: --shape, RGBA. */
const COLOUR = [47, 91, 234, 66];

export class Painted {
  #border = 0;

  /** @param {import("./editor.js").Editor} editor @param {SVGElement} line that shows the border */
  constructor(editor, line) { Object.assign(this, { editor, line }); }

  /** Shows what is painted now. */
  show() {
    const { paint } = this.editor.drawing;
    if (paint !== this.shown) this.#repaint();
    else if (paint) this.#rim();
  }

  close() { clearTimeout(this.#border); }

  /** All pixels anew: other ones have come. */
  #repaint() {
    const { paint } = this.editor.drawing;
    this.shown = paint;
    const { width, height } = this.editor.image;
    if (paint || this.colours) this.editor.photo.paint.getContext("2d").clearRect(0, 0, width, height);
    if (!paint) return;
    this.pixels([0, 0, width, height]);
    this.#rim();
  }

  /** Some pixels, x, y, w, h. */
  pixels([x, y, w, h]) {
    const { paint } = this.editor.drawing;
    if (!paint || !w || !h) return;
    if (paint.mask !== this.shown?.mask) return;
    const { mask } = paint;
    const image = new ImageData(w, h);
    const colours = new Uint32Array(image.data.buffer);
    const [colour] = new Uint32Array(new Uint8ClampedArray(COLOUR).buffer);
    for (let row = 0, i = 0; row < h; row++) {
      for (let at = (y + row) * mask.width + x, end = at + w; at < end; at++, i++) if (mask.data[at]) colours[i] = colour;
    }
    this.colours = true;
    this.editor.photo.paint.getContext("2d").putImageData(image, x, y);
  }

  /** The border of the pixels, when the hand rests. */
  #rim() {
    clearTimeout(this.#border);
    this.#border = setTimeout(() => {
      const { paint } = this.editor.drawing;
      if (paint) setPath(this.line, trace(paint.mask).map(({ ring }) => closed(simplify(ring, 0.71))).join(""));
    }, 60);
  }
}
