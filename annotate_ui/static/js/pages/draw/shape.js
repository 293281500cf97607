/**
 * A drawing as a value: parts with holes, and the ring that is being drawn. Every function gives a new drawing, so that
 * undo is the old one.
 *
 * @typedef {{flat: number[], tool: string}} Ring x0, y0, ... px of the image, closed by itself
 * @typedef {{outer: Ring, holes: Ring[]}} Part
 * @typedef {{tool: string, flat: number[]}} Step the points that one click or stroke has added
 * @typedef {{role: "part"|"hole", steps: Step[]}} Draft
 * @typedef {{parts: Part[], draft: Draft|null, paint: {mask: object, tool: string}|null}} Drawing
 * @typedef {{part: number, hole: number}} Place of a ring; hole -1 is the outer one
 * @module pages/draw/shape
 */

/** @type {Drawing} */
export const EMPTY = Object.freeze({ parts: [], draft: null, paint: null });

/** Which of two tools names a ring that both have drawn: the later in this list. */
const RANK = ["polygon", "lasso", "scissors", "box", "tighten", "superpixels", "brush"];

/** @param {string[]} tools @returns {string} */
export const topTool = (tools) => RANK[Math.max(0, ...tools.map((tool) => RANK.indexOf(tool)))];

/** A coordinate as it is kept: hundredths of a px, inside the image. */
const kept = (value, most) => Math.round(Math.min(Math.max(value, 0), most) * 100) / 100;

/** @param {number[]} at @param {{width: number, height: number}} image @returns {[number, number]} */
export const inside = ([x, y], image) => [kept(x, image.width), kept(y, image.height)];

/** @param {number[]} flat @returns {number} px^2, clockwise on the screen is positive */
export function signedArea(flat) {
  let twice = 0;
  for (let i = 0, n = flat.length; i < n; i += 2) {
    const j = (i + 2) % n;
    twice += flat[i] * flat[j + 1] - flat[j] * flat[i + 1];
  }
  return twice / 2;
}

/** @param {number[]} flat @param {number[]} at @returns {boolean} even-odd */
export function contains(flat, [x, y]) {
  let odd = false;
  for (let i = 0, j = flat.length - 2; i < flat.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [flat[i], flat[i + 1], flat[j], flat[j + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** Without points that the next one repeats. @param {number[]} flat @returns {number[]} */
export function distinct(flat) {
  return flat.filter((_, i) => {
    const a = i - (i % 2), b = (a + 2) % flat.length;
    return flat.length <= 2 || flat[a] !== flat[b] || flat[a + 1] !== flat[b + 1];
  });
}

/** All rings with their places. @param {Drawing} drawing @returns {{place: Place, ring: Ring}[]} */
export function rings(drawing) {
  return drawing.parts.flatMap(({ outer, holes }, part) => [
    { place: { part, hole: -1 }, ring: outer }, ...holes.map((ring, hole) => ({ place: { part, hole }, ring }))]);
}

/** @param {Drawing} drawing @param {Place} place @returns {Ring|undefined} */
export const ringAt = ({ parts }, { part, hole }) => (hole < 0 ? parts[part]?.outer : parts[part]?.holes[hole]);

/** The points of the ring that is being drawn. @param {Draft|null} draft @returns {number[]} */
export const draftFlat = (draft) => (draft ? draft.steps.flatMap((step) => step.flat) : []);

/** How many points a drawing has. @param {Drawing} drawing @returns {number} */
export function points(drawing) {
  const closed = rings(drawing).reduce((sum, { ring }) => sum + ring.flat.length, 0);
  return (closed + draftFlat(drawing.draft).length) / 2;
}

/**
 * Adds to the ring that is being drawn, or begins one.
 * @param {Drawing} drawing @param {Step} step @param {"part"|"hole"} role of a ring that begins
 * @returns {Drawing}
 */
export function addStep(drawing, step, role = "part") {
  const draft = drawing.draft ?? { role, steps: [] };
  return { ...drawing, draft: { ...draft, steps: [...draft.steps, step] } };
}

/** Without the last step; without a ring in hand if it was the first. @param {Drawing} drawing @returns {Drawing} */
export function dropStep(drawing) {
  const steps = drawing.draft?.steps.slice(0, -1) ?? [];
  return { ...drawing, draft: steps.length ? { ...drawing.draft, steps } : null };
}

/** @param {Drawing} drawing @returns {Drawing} */
export const dropDraft = (drawing) => ({ ...drawing, draft: null });

/** Whether all points lie on one line, half a px to each side. */
function straight(flat) {
  const away = (i) => Math.hypot(flat[i] - flat[0], flat[i + 1] - flat[1]);
  const all = Array.from({ length: flat.length / 2 }, (_, i) => 2 * i);
  const far = all.reduce((a, b) => (away(b) > away(a) ? b : a), 0);
  const dx = flat[far] - flat[0], dy = flat[far + 1] - flat[1];
  return all.every((i) => Math.abs(dx * (flat[i + 1] - flat[1]) - dy * (flat[i] - flat[0])) < 0.5 * away(far));
}

/**
 * Why the ring in hand cannot be closed yet, or null.
 * @param {Drawing} drawing @param {number[]} [last] points of the closing side
 * @returns {string|null} a sentence
 */
export function whyOpen(drawing, last = []) {
  const flat = distinct([...draftFlat(drawing.draft), ...last]);
  if (flat.length < 6) return `${flat.length / 2} of 3 points so far. Click around it`;
  if (straight(flat)) return "The points lie on one line. Add one beside it";
  const within = drawing.parts.some((part) => part.holes.some((hole) => allIn(flat, hole.flat)));
  if (within && drawing.draft.role === "part") return "This lies in a hole. Take the hole out first, or draw outside it";
  if (drawing.draft.role === "hole" && !drawing.paint && home(drawing, flat) < 0) {
    return "The hole lies outside the outline. Draw it inside";
  }
  return null;
}

/**
 * Closes the ring in hand into a part or a hole. Only after `whyOpen` has said null.
 * @param {Drawing} drawing @param {Step} [last] the closing side, if it is not straight
 * @returns {Drawing}
 */
export function close(drawing, last) {
  const steps = last ? [...drawing.draft.steps, last] : drawing.draft.steps;
  const ring = { flat: distinct(steps.flatMap((step) => step.flat)), tool: topTool(steps.map((step) => step.tool)) };
  if (drawing.draft.role === "part") return { ...drawing, draft: null, parts: [...drawing.parts, { outer: ring, holes: [] }] };
  const at = home(drawing, ring.flat);
  const parts = drawing.parts.map((part, i) => (i === at ? { ...part, holes: [...part.holes, ring] } : part));
  return { ...drawing, draft: null, parts };
}

const allIn = (flat, around) => flat.every((_, i) => i % 2 || contains(around, [flat[i], flat[i + 1]]));

/** The part that a hole is cut from: the last one that holds a point of it. */
function home({ parts }, flat) {
  const some = (part) => flat.some((_, i) => !(i % 2) && contains(part.outer.flat, [flat[i], flat[i + 1]]));
  return parts.map(some).lastIndexOf(true);
}

/** x, y, width, height of a line. @param {number[]} flat not empty @returns {number[]} */
export function flatBox(flat) {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  flat.forEach((v, i) => {
    low[i % 2] = Math.min(low[i % 2], v);
    high[i % 2] = Math.max(high[i % 2], v);
  });
  return [...low, high[0] - low[0], high[1] - low[1]];
}
