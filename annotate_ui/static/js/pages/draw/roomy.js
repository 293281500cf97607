/**
 * What a browser's memory has room for: photos can be larger than what can be painted on.
 * @module pages/draw/roomy
 */

/** Bytes that painting takes for one px of the photo: the mask, what it was before, and the canvas twice. */
const A_PX = 10;
/** More bytes than this no page may take, B. */
const MOST = 400e6;

/** Whether there is room to paint on a photo. @param {{width: number, height: number}} image @returns {boolean} */
export const roomy = ({ width, height }) => width * height * A_PX <= MOST;

/** Why not. @param {{width: number, height: number}} image @returns {string} */
export const whyNot = ({ width, height }) => (
  `This photo is too large for it: it would take ${(width * height * A_PX / 1e9).toFixed(1)} GB of memory`);

/** Says so, and offers the polygon. @param {import("./editor.js").Editor} editor */
export function offer(editor) {
  const use = { text: "Draw a polygon", key: editor.host.keys.named("draw.polygon"), run: () => editor.use("polygon") };
  editor.note(`${whyNot(editor.image)}. Polygons work`, { kind: "warn", action: use });
}

/** A tool that there is no room for: it says so in the hand. @param {import("./editor.js").Editor} editor @param {string} id */
export const roomless = (editor, id) => ({ id, enter: () => offer(editor), point: () => offer(editor), resize() {} });
