/** Drawings as values: points, rings, holes, pixels and back, hints, payloads. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { fill } from "../../annotate_ui/static/js/masks/fill.js";
import { trace } from "../../annotate_ui/static/js/masks/outline.js";
import { area, decode, encode } from "../../annotate_ui/static/js/masks/rle.js";
import { decodePiece } from "../../annotate_ui/static/js/masks/runs.js";
import { iou } from "../../annotate_ui/static/js/masks/sets.js";
import * as edits from "../../annotate_ui/static/js/pages/draw/edits.js";
import { coarse, runsInto } from "../../annotate_ui/static/js/pages/draw/hints.js";
import { keep, kept } from "../../annotate_ui/static/js/pages/draw/kept.js";
import { pixels } from "../../annotate_ui/static/js/pages/draw/later.js";
import { toParts } from "../../annotate_ui/static/js/pages/draw/outlines.js";
import { payloadOf, toolOf } from "../../annotate_ui/static/js/pages/draw/payload.js";
import { toMask } from "../../annotate_ui/static/js/pages/draw/raster.js";
import * as shape from "../../annotate_ui/static/js/pages/draw/shape.js";
import { crossings } from "../../annotate_ui/static/js/masks/cross.js";
import { bbox } from "../../annotate_ui/static/js/masks/sets.js";
import { crossed, uncrossed, withoutLoops } from "../../annotate_ui/static/js/pages/draw/uncrossed.js";

await pixels.get();

const IMAGE = { width: 100, height: 80 };
const step = (...flat) => ({ tool: "polygon", flat });
const box = (x, y, w, h) => [x, y, x + w, y, x + w, y + h, x, y + h];

/** A drawing after rings were drawn one click at a time. */
function drawn(...given) {
  return given.reduce((drawing, [role, flat, tool = "polygon"]) => {
    for (let i = 0; i < flat.length; i += 2) {
      drawing = shape.addStep(drawing, { tool, flat: flat.slice(i, i + 2) }, role);
    }
    assert.equal(shape.whyOpen(drawing), null);
    return shape.close(drawing);
  }, shape.EMPTY);
}

const frozen = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

test("points come one by one and go one by one", () => {
  let drawing = shape.addStep(shape.EMPTY, step(1, 1));
  drawing = shape.addStep(drawing, { tool: "scissors", flat: [2, 2, 3, 3, 9, 4] });
  assert.equal(shape.points(drawing), 4);
  assert.deepEqual(shape.draftFlat(shape.dropStep(drawing).draft), [1, 1]);
  assert.equal(shape.dropStep(shape.dropStep(drawing)).draft, null);
  assert.equal(shape.dropStep(shape.EMPTY).draft, null);
});

test("a ring closes with three points that enclose something", () => {
  const at = (...flat) => shape.whyOpen({ ...shape.EMPTY, draft: { role: "part", steps: [step(...flat)] } });
  assert.match(at(1, 1), /^1 of 3/);
  assert.match(at(1, 1, 5, 5, 5, 5, 1, 1), /^2 of 3/);
  assert.match(at(1, 1, 5, 5, 9, 9), /one line/);
  assert.equal(at(0, 0, 9, 9, 9, 0, 0, 9), null);
  assert.equal(at(1, 1, 5, 5, 9, 1), null);
});

test("a hole is cut from the part that it lies in, and from no other", () => {
  const drawing = drawn(["part", box(0, 0, 30, 30)], ["part", box(50, 0, 30, 30)], ["hole", box(10, 10, 5, 5)]);
  assert.deepEqual(drawing.parts.map((part) => part.holes.length), [1, 0]);
  assert.equal(area(toMask(drawing, IMAGE)), 900 + 900 - 25);
  const outside = { ...drawing, draft: { role: "hole", steps: [step(...box(40, 40, 5, 5))] } };
  assert.match(shape.whyOpen(outside), /outside/);
  const swallowed = { ...drawing, draft: { role: "part", steps: [step(...box(11, 11, 3, 3))] } };
  assert.match(shape.whyOpen(swallowed), /hole/);
});

test("vertices move, come and go, and the drawing before stays as it was", () => {
  const drawing = frozen(drawn(["part", box(0, 0, 30, 30)], ["hole", box(10, 10, 5, 5)]));
  const outer = { part: 0, hole: -1 }, hole = { part: 0, hole: 0 };
  assert.deepEqual(shape.ringAt(edits.move(drawing, outer, 1, [40, 2]), outer).flat, [0, 0, 40, 2, 30, 30, 0, 30]);
  assert.deepEqual(shape.ringAt(edits.insert(drawing, outer, 3, [0, 9]), outer).flat.slice(-2), [0, 9]);
  assert.deepEqual(shape.ringAt(edits.remove(drawing, hole, 0), hole).flat, [15, 10, 15, 15, 10, 15]);
  const triangle = edits.remove(drawing, hole, 0);
  assert.equal(edits.remove(triangle, hole, 0).parts[0].holes.length, 0);
});

test("the nearest vertex and side are found within reach", () => {
  const drawing = drawn(["part", box(0, 0, 30, 30)]);
  assert.equal(edits.nearVertex(drawing, [29, 2], 3).index, 1);
  assert.equal(edits.nearVertex(drawing, [15, 0], 3), null);
  assert.deepEqual(edits.nearSide(drawing, [-1, 12], 3), { place: { part: 0, hole: -1 }, index: 3, at: [0, 12] });
  assert.equal(edits.nearSide(drawing, [15, 15], 3), null);
});

test("coordinates are kept in hundredths, inside the image", () => {
  assert.deepEqual(shape.inside([-3, 12.34567], IMAGE), [0, 12.35]);
  assert.deepEqual(shape.inside([1000, 1000], IMAGE), [100, 80]);
});

test("pixels become an outline that fills to nearly the same pixels, holes and parts too", () => {
  const disc = (x, y, r) => Array.from({ length: 40 }, (_, i) => [x + r * Math.cos(i / 6.366), y + r * Math.sin(i / 6.366)]).flat();
  const mask = fill([disc(30, 40, 25), disc(80, 20, 10)], 100, 80, { holes: [disc(30, 40, 9)] });
  const parts = toParts(mask, "box");
  assert.deepEqual(parts.map((part) => part.holes.length).sort(), [0, 1]);
  assert.ok(parts.flatMap((part) => part.outer.flat).length < trace(mask).flatMap(({ ring }) => ring).length / 2);
  assert.ok(iou(toMask({ ...shape.EMPTY, parts }, IMAGE), mask) > 0.95);
  const exact = toParts(mask, "box", 0.21);
  assert.ok(iou(toMask({ ...shape.EMPTY, parts: exact }, IMAGE), mask) >= iou(toMask({ ...shape.EMPTY, parts }, IMAGE), mask));
});

test("what outlines cannot say stays pixels: an island in a hole, a border that touches itself", () => {
  const island = fill([{ ring: box(0, 0, 40, 40) }, { ring: box(5, 5, 30, 30), hole: true }, { ring: box(15, 15, 8, 8) }], 100, 80);
  assert.equal(toParts(island, "brush"), null);
  const beside = fill([box(0, 0, 10, 10), box(20, 20, 10, 10)], 100, 80);
  assert.equal(toParts(beside, "brush").length, 2);
  assert.equal(toParts(fill([], 100, 80), "brush"), null);
});

test("straight outlines are sent as polygons, with holes only where there are some", () => {
  const plain = drawn(["part", box(2, 2, 20, 20)]);
  assert.deepEqual(payloadOf(plain, ["polygon"]), { outcome: "mask", polygons: [box(2, 2, 20, 20)], tool: "polygon" });
  const holed = drawn(["part", box(2, 2, 20, 20)], ["hole", box(5, 5, 4, 4)]);
  assert.deepEqual(payloadOf(holed, ["polygon"]).holes, [box(5, 5, 4, 4)]);
});

test("the tool that is sent is the most telling one that the campaign allows", () => {
  const mixed = drawn(["part", box(2, 2, 20, 20), "scissors"], ["part", box(40, 2, 20, 20)]);
  assert.equal(toolOf(mixed, ["polygon", "scissors"]), "scissors");
  assert.equal(toolOf(mixed, ["polygon"]), "polygon");
  const painted = { ...shape.EMPTY, paint: { mask: fill([box(2, 2, 5, 5)], 100, 80), tool: "brush" } };
  assert.equal(payloadOf(painted, ["polygon", "brush"]).tool, "brush");
  assert.equal(area(decode(payloadOf(painted, ["brush"]).rle)), 25);
});

test("what cannot be sent says where and what to do", () => {
  assert.throws(() => payloadOf(shape.EMPTY, ["polygon"]), /Nothing is outlined/);
  const bow = drawn(["part", [0, 0, 20, 20, 20, 0, 0, 30]]);
  assert.throws(() => payloadOf(bow, ["polygon"]), (error) => /crosses itself/.test(error.sentence) && error.where[0] === error.where[1]);
  assert.equal(crossed(bow).length, 1);
  const nothing = { ...shape.EMPTY, paint: { mask: fill([], 100, 80), tool: "brush" } };
  assert.throws(() => payloadOf(nothing, ["brush"]), /Nothing is painted/);
});

test("a draft keeps the whole drawing", () => {
  const held = shape.addStep(drawn(["part", box(2, 2, 20, 20)], ["hole", box(5, 5, 4, 4)]), step(50, 50));
  assert.deepEqual(kept(JSON.parse(JSON.stringify(keep(held)))), held);
  const painted = { ...shape.EMPTY, paint: { mask: fill([box(2, 2, 5, 5)], 100, 80), tool: "brush" } };
  assert.deepEqual(kept(JSON.parse(JSON.stringify(keep(painted)))), painted);
  assert.equal(kept(null), shape.EMPTY);
});

test("a coarse outline and one that runs into a neighbour get a hint", () => {
  const five = drawn(["part", [0, 0, 300, 0, 320, 90, 300, 200, 0, 200]]);
  assert.equal(coarse(five, "elephant"), "Only 5 points for a 320-px elephant");
  assert.equal(coarse(drawn(["part", box(0, 0, 30, 30)]), "elephant"), null);
  const other = fill([box(36, 0, 30, 60)], 100, 80);
  const mine = fill([box(10, 10, 30, 30)], 100, 80);
  const piece = decodePiece(encode(other));
  assert.deepEqual(piece.box, bbox(other));
  assert.deepEqual(runsInto(mine, [piece]), { index: 0, px: 4 });
  assert.equal(runsInto(fill([box(10, 10, 26, 30)], 100, 80), [piece]), null);
});

test("small loops and spurs go, a ring that was meant to cross stays as it was", () => {
  const looped = [...box(0, 0, 50, 50), 0, 20, 3, 22, 3, 18, -1, 25];
  assert.ok(crossings(looped).length > 0);
  assert.deepEqual(crossings(withoutLoops(looped)), []);
  assert.ok(iou(fill([withoutLoops(looped)], 100, 80), fill([looped], 100, 80)) > 0.99);
  const spur = [0, 0, 20, 0, 25, -5, 30, -10, 25, -5, 20, 0, 40, 0, 40, 40, 0, 40];
  assert.deepEqual(crossings(withoutLoops(spur)), []);
  assert.equal(Math.abs(shape.signedArea(withoutLoops(spur))), 1600);
  assert.equal(withoutLoops([0, 0, 20, 20, 20, 0, 0, 30]), null);
  const bow = drawn(["part", [0, 0, 20, 20, 20, 0, 0, 30]]);
  assert.equal(uncrossed(bow), bow);
});

test("a wobbling line is simple afterwards and encloses nearly the same", () => {
  let seed = 7;
  const chance = () => ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
  for (let trial = 0; trial < 40; trial++) {
    const flat = Array.from({ length: 120 }, (_, i) => [50 + 30 * Math.cos(i / 19) + 1.5 * chance(), 40 + 30 * Math.sin(i / 19) + 1.5 * chance()]).flat();
    const clean = withoutLoops(flat);
    assert.ok(clean);
    assert.deepEqual(crossings(clean), []);
    assert.ok(iou(fill([clean], 100, 80), fill([flat], 100, 80)) > 0.97);
  }
});

test("a piece of a mask is what lies in its box", () => {
  for (const ring of [box(0, 0, 100, 80), box(99, 79, 1, 1), box(0, 70, 3, 10), [3, 3, 60, 20, 20, 70], []]) {
    const mask = fill(ring.length ? [ring] : [], 100, 80);
    const piece = decodePiece(encode(mask));
    const [x, y, w, h] = bbox(mask);
    assert.deepEqual(piece.box, [x, y, w, h]);
    for (let v = 0; v < h; v++) assert.deepEqual([...piece.mask.data.subarray(v * w, (v + 1) * w)], [...mask.data.subarray((y + v) * 100 + x, (y + v) * 100 + x + w)]);
  }
  assert.throws(() => decodePiece({ size: [80, 100], counts: [5, 6] }), /sum to 11/);
});
