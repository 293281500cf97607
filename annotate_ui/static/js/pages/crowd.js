/**
 * The rest of a category in a photo, painted: single ones are outlined already and can't be painted over.
 * @module pages/crowd
 */
import { el } from "../core/dom.js";
import { Later } from "../core/later.js";
import { Problem } from "../core/problem.js";
import { area, encode } from "../masks/rle.js";
import { blank } from "../masks/mask.js";
import { Desk } from "./draw/desk.js";
import { keep, kept } from "./draw/kept.js";
import { all, pixels } from "./draw/later.js";
import "./draw/painted.js";
import { roomy, whyNot } from "./draw/roomy.js";
import { EMPTY, whyOpen } from "./draw/shape.js";
import { fillSide, miniature, neighbours, passive } from "./draw/side.js";
import "./draw/tip.js";

/** Clicks and drags of a person who fills a photo: nothing here is an outline of one. */
const ALLOWED = ["polygon", "lasso", "brush"];

/** Drawing by a polygon. */
const lines = new Later(() => import("./draw/line.js"));
/** Patches of one colour. */
const patches = new Later(() => all(import("./draw/patches.js"), import("../workers/calls.js")));

/** "31 %", and with a digit below ten. @param {number} share @returns {string} */
export const covered = (share) => `${share > 0 && share < 0.0995 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;

/** The rail; the button of the superpixels waits until they are found. */
function railOf(desk, finding) {
  const { editor, size } = desk;
  const toggle = () => {
    size.patches.always = !size.patches.always;
    if (editor.tool?.id === "polygon") editor.use("brush");
    editor.show({ ring: null, patch: null });
    editor.tell("tool");
  };
  const bar = desk.rail([[
    desk.tool("brush", "brush", "Brush", "b"), desk.tool("eraser", "eraser", "Eraser", "e"),
    desk.tool("polygon", "polygon", "Fill a polygon", "p", { short: "Polygon" }),
  ], finding ? [{ id: "draw.patches", icon: "superpixels", text: "Whole patches (Alt while held)", short: "Patches", key: "u", run: toggle }] : [],
  ].filter((group) => group.length), () => [`draw.${editor.tool?.id}`, size.patches?.always ? "draw.patches" : ""]);
  if (!finding) return;
  bar.able("draw.patches", false, "Patches are being found");
  finding.then(() => bar.able("draw.patches", true), () => bar.able("draw.patches", false, "Patches can't be found here"));
}

export const styles = ["draw"];
/** What may be needed. */
export const later = [lines];

/** The page of a photo that is too large to paint on: it can be looked at and skipped. */
function unpainted(host, category) {
  const why = `${whyNot(host.task.work.image)}. Skip it`;
  const gone = host.hint(why, { kind: "warn" });
  return {
    title: { text: `Paint the rest: ${category.name}`, icon: category.icon },
    verb: "Submit the painting",
    payload() { throw new Problem(why); },
    snapshot: () => ({}),
    restore() {},
    close: gone,
  };
}

/** @param {object} host @returns {Promise<object>} the page */
export async function open(host) {
  const { work } = host.task;
  const { category, image } = work;
  const photo = host.photo(host.stage, image, { text: `The photo. Paint the rest of: ${category.name}` });
  if (!roomy(image)) return unpainted(host, category);
  const others = neighbours(work.masks, work.masks.map((_, i) => `${category.name} ${i + 1}`));
  const locked = blank(image.width, image.height);
  for (const { box: [x, y, w, h], mask } of others) {
    for (let v = 0; v < h; v++) for (let u = 0; u < w; u++) locked.data[(y + v) * locked.width + x + u] |= mask.data[v * w + u];
  }
  await pixels.get(); // It is here: the imports above say so.
  const desk = new Desk(host, photo, { allowed: ALLOWED, locked });
  const { editor } = desk;
  const polygon = ({ Line }) => desk.draws(new Line(editor));
  editor.later("polygon", lines, polygon);
  const tools = { closed: false, close() { this.closed = true; } };
  const finding = work.superpixels ? photo.ready.then(() => patches.get()).then(async ({ Patches, Tools }) => {
    if (tools.closed) return;
    const calls = new Tools(), found = new Patches(photo, calls);
    tools.close = () => calls.close();
    await found.find();
    desk.size.patches = found;
  }) : null;
  photo.setPassive(passive(others));
  const side = fillSide(host.side, { lead: `Paint every other ${category.name} in the photo.`, heading: "In this photo",
    more: "The outlined ones are done and stay as they are. Paint the rest as one: groups, parts, far ones." }, others, "the rest");
  miniature(host.side, photo, host.keys);
  railOf(desk, finding);
  const share = el("span", { class: "covered num" });
  let nothing = false;
  const none = el("button", { class: "btn", type: "button", on: { click: () => {
    nothing = true;
    host.submit();
  } } }, "Nothing left to paint");
  host.foot.append(share, none);
  const told = () => {
    const text = covered(area(editor.drawing.paint.mask) / (image.width * image.height));
    share.replaceChildren(el("b", { text }), " covered");
    side.count(text);
  };
  editor.set({ ...EMPTY, paint: { mask: blank(image.width, image.height), tool: "brush" } });
  editor.onchange((what) => { if (what === "drawing") told(); });
  told();
  if (!host.coarse) photo.view.inset = { left: 12, right: 72, top: 12, bottom: 64 };
  photo.fit();
  editor.use("brush");

  return {
    title: { text: `Paint the rest: ${category.name}`, icon: category.icon },
    verb: "Submit the painting",
    payload() {
      if (nothing) {
        nothing = false;
        if (area(editor.drawing.paint.mask)) throw new Problem("Something is painted. Take it back, or submit the painting");
        return { nothing: true };
      }
      if (editor.drawing.draft) {
        const why = whyOpen(editor.drawing);
        if (why) throw new Problem(why);
        desk.line.close();
      }
      const { mask } = editor.drawing.paint;
      if (!area(mask)) throw new Problem("Nothing is painted yet. Paint the rest, or press Nothing left to paint");
      return { rle: encode(mask) };
    },
    snapshot: () => ({ drawing: keep(editor.drawing) }),
    async restore(json) {
      if (!json?.drawing?.paint) return;
      if (json.drawing.draft && !desk.line) editor.add(polygon(await lines.get()));
      editor.set(kept(json.drawing));
    },
    trace: () => desk.trace.steps,
    after: host.reduced ? undefined : () => desk.overlay.flash(400), // Without a flash the next task need not wait for the receipt.
    close() {
      tools.close();
      desk.close();
    },
    desk,
  };
}
