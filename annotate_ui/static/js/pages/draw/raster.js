/**
 * A drawing as pixels, and rings that fill or cut pixels.
 * @module pages/draw/raster
 */
import { fill, paint as fillRing } from "../../masks/fill.js";
import { blank, copy } from "../../masks/mask.js";
import { EMPTY, flatBox } from "./shape.js";

/** The pixels of a drawing. @param {import("./shape.js").Drawing} drawing @param {{width: number, height: number}} image */
export function toMask({ parts, paint }, { width, height }) {
  if (paint) return copy(paint.mask);
  const holes = parts.flatMap((part) => part.holes.map((ring) => ring.flat));
  return fill(parts.map((part) => part.outer.flat), width, height, { holes });
}

/** A drawing as pixels that may be painted on: itself, if it is pixels already. @param {import("./editor.js").Editor} editor @param {string} tool */
export function painted({ drawing, image }, tool) {
  if (drawing.paint) return drawing;
  const mask = drawing.parts.length ? toMask(drawing, image) : blank(image.width, image.height);
  return { ...EMPTY, draft: drawing.draft, paint: { mask, tool } };
}

/**
 * One action that changes pixels. They are changed already when it is done the first time.
 * @param {import("./editor.js").Editor} editor @param {string} name @param {import("./shape.js").Drawing} next with pixels
 * @param {{box: number[], before: Uint8Array, after: Uint8Array}} patch box: x, y, w, h
 */
export function patched(editor, name, next, patch) {
  editor.settle();
  const before = editor.drawing;
  const put = (bytes, drawing) => {
    paste(next.paint.mask, patch.box, bytes);
    editor.tell("pixels", patch.box);
    editor.put(drawing);
  };
  editor.history.do({ name, redo: () => put(patch.after, next), undo: () => put(patch.before, before) });
}

/** A ring over pixels: fills them, or cuts them out. @param {import("./editor.js").Editor} editor @param {number[]} ring @param {"part"|"hole"} role */
export function fillInto(editor, ring, role) {
  const { drawing, locked } = editor;
  const { mask } = drawing.paint;
  const [x, y, w, h] = flatBox(ring);
  const box = [Math.floor(x), Math.floor(y), 0, 0];
  box[2] = Math.min(Math.ceil(x + w) + 1, mask.width) - box[0];
  box[3] = Math.min(Math.ceil(y + h) + 1, mask.height) - box[1];
  const before = cut(mask, box);
  fillRing(mask, ring, role === "hole" ? 0 : 1);
  if (locked) bar(mask, locked, box);
  patched(editor, role === "hole" ? "Cut a hole" : "Fill a part", { ...drawing, draft: null },
    { box, before, after: cut(mask, box) });
}

/** @param {object} mask @param {number[]} box x, y, w, h @param {Uint8Array} [from] other bytes of the same size */
export function cut({ width, data }, [x, y, w, h], from = data) {
  const bytes = new Uint8Array(w * h);
  for (let row = 0; row < h; row++) bytes.set(from.subarray((y + row) * width + x, (y + row) * width + x + w), row * w);
  return bytes;
}

/** Takes locked pixels out of a box of a mask. @param {object} mask @param {object} locked @param {number[]} box */
export function bar({ width, data }, locked, [x, y, w, h]) {
  for (let row = y; row < y + h; row++) {
    for (let i = row * width + x, end = i + w; i < end; i++) data[i] &= 1 - locked.data[i];
  }
}

/** @param {object} mask @param {number[]} box x, y, w, h @param {Uint8Array} bytes of the box */
export function paste({ width, data }, [x, y, w, h], bytes) {
  for (let row = 0; row < h; row++) data.set(bytes.subarray(row * w, (row + 1) * w), (y + row) * width + x);
}
