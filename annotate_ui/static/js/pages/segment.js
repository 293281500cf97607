/**
 * One instance to outline.
 * @module pages/segment
 */
import { el } from "../core/dom.js";
import { Problem } from "../core/problem.js";
import { Desk } from "./draw/desk.js";
import { Edges } from "./draw/edges.js";
import { keep, kept } from "./draw/kept.js";
import { along, editing, pixels, regions, remarks } from "./draw/later.js";
import { Line } from "./draw/line.js";
import { payloadOf } from "./draw/payload.js";
import { pulse } from "./draw/pulse.js";
import { points, whyOpen } from "./draw/shape.js";
import { fillSide, miniature, named, neighbours, passive } from "./draw/side.js";

const FLASH_MS = 400;
/** Why there is no outline; the menu of S has them under 1 to 3. */
const skipsOf = (name) => [["no_object", `No such ${name}`], ["all_segmented", "All already outlined"], ["too_small", "Too small or unclear"]];

/** The rail of the campaign's tools. */
function railOf(desk, others) {
  const { editor, line, allowed } = desk;
  const has = (tool) => allowed.includes(tool);
  const draw = (edges) => () => {
    editor.use("polygon");
    line.follow(edges);
  };
  const ring = (role) => () => {
    editor.use("polygon");
    line.arm(role);
  };
  const tight = () => regions.use(({ tightened }) => tightened(editor));
  const follow = () => along.use(({ Along }) => {
    editor.use("polygon");
    if (line.along) line.along.turned = !line.along.turned;
    line.round(line.along ?? new Along(others));
    editor.note(`Click two points on another outline: the side follows it${line.along.turned ? ", the longer way" : ""}. N turns the way round`);
  });
  const groups = [[
    desk.tool("polygon", "polygon", "Polygon", "p", { run: draw(false) }),
    has("scissors") && desk.tool("wire", "wire", "Edge: sides follow edges", "l", { short: "Edge", run: () => draw(editor.tool !== line || line.along || !line.edges)() }),
    others.length && desk.tool("along", "along", "Follow another outline", "n", { short: "Follow", run: follow }),
    has("brush") && desk.tool("brush", "brush", "Brush", "b"), has("brush") && desk.tool("eraser", "eraser", "Eraser", "e"),
    has("box") && desk.tool("box", "box", "Box to outline", "g", { short: "Box" }),
  ], [
    has("tighten") && desk.tool("tighten", "tighten", "Tighten to edges", "t", { short: "Tighten", mode: false, run: tight }),
    desk.tool("hole", "hole", "Cut a hole", "o", { short: "Hole", run: ring("hole") }),
    desk.tool("part", "add-part", "Add a part", "a", { short: "Part", run: ring("part") }),
  ]];
  desk.rail(groups.map((group) => group.filter(Boolean)), () => {
    if (editor.tool !== line) return [`draw.${editor.tool?.id}`];
    return [`draw.${line.along ? "along" : line.edges ? "wire" : "polygon"}`, `draw.${line.armed ?? editor.drawing.draft?.role}`].filter((id) => id !== "draw.part" || line.armed);
  });
}

/** The words in the corner: how many points, what comes next. */
function tipOf(host, desk) {
  const { keys } = host;
  const count = el("b"), words = el("span");
  const node = el("div", { class: "float tip num" }, count, words, el("span", null, "Hold ", keys.cap("photo.hide"), " to hide outlines."));
  host.stage.append(node);
  return (text) => {
    const { draft, parts, paint } = desk.editor.drawing;
    count.textContent = text;
    words.replaceChildren(...(draft ? ["Click the first point or press ", keys.cap("draw.close"), " to close."]
      : paint ? ["Brush or erase. ", keys.cap("draw.smaller"), " ", keys.cap("draw.larger"), " change the size."]
        : parts.length ? ["Drag a point, or click a side for a new one."] : ["Click along its edge."]));
  };
}

export const styles = ["draw"];
/** What may be needed: editing of what is closed, remarks, the other tools. */
export const later = [editing, remarks, pixels, regions, along];

/** @param {object} host @returns {Promise<object>} the page */
export async function open(host) {
  const { work } = host.task;
  const { category } = work;
  const allowed = work.tools?.length ? work.tools : ["polygon"];
  const photo = host.photo(host.stage, work.image, { text: `The photo. Outline one ${category.name} in it` });
  const desk = new Desk(host, photo, { allowed });
  const { editor } = desk;
  const line = desk.draws(editor.add(new Line(editor)));
  const others = neighbours((work.others ?? []).map((one) => one.mask), named(work.others ?? []));
  photo.setPassive(passive(others));
  const mark = pulse(photo, work.spot, category, host.reduced);
  const same = others.filter((one) => one.name.startsWith(`${category.name} `)).length;
  const side = fillSide(host.side, { lead: `Outline the one ${category.name} under the pulsing mark.`, heading: "Outlines in this photo",
    more: "Every part that you can see counts. Leave out whatever stands in front of it." }, others, `${category.name} ${same + 1}`);
  miniature(host.side, photo, host.keys);
  if (allowed.includes("scissors")) line.wire = new Edges(photo);
  if (allowed.includes("box")) editor.later("box", regions, ({ boxTool }) => boxTool(editor));
  railOf(desk, others);
  const tip = tipOf(host, desk);
  let remarked = null, open = true;
  const remark = ({ Remarks }) => {
    if (!open || remarked) return;
    remarked = new Remarks(editor, category.name, others);
    remarked.look();
  };
  let outcome = null;
  const told = () => {
    const { drawing } = editor;
    const text = drawing.paint ? "Painted" : `${points(drawing)} point${points(drawing) === 1 ? "" : "s"}`;
    side.count(text);
    tip(text);
    mark.quiet(Boolean(drawing.paint || drawing.parts.length || drawing.draft));
  };
  editor.onchange((what) => {
    if (what !== "drawing") return;
    told();
    if (!remarked) remarks.use(remark);
  });
  told();
  const skips = skipsOf(category.name);
  host.foot.append(...skips.map(([id, text], i) => el("button", { class: "btn quiet", type: "button", "data-skip": id,
    on: { click: () => leave(id) } }, text, el("kbd", { text: `S ${i + 1}`, "aria-hidden": "true" }))));
  const leave = (id) => {
    if (id === "too_small") return host.skip("too_small");
    outcome = id;
    return host.submit();
  };
  const home = () => photo.zoomTo(work.box ?? around(work.spot, work.image), 0.12);
  if (!host.coarse) photo.view.inset = { left: 12, right: 72, top: 52, bottom: 64 };
  home();
  photo.zoomFloat.setTarget(home);
  editor.use("polygon");
  if (allowed.includes("scissors")) line.follow(true);

  return {
    title: { text: `Outline this ${category.name}`, icon: category.icon },
    verb: "Close and submit",
    skips: skips.map(([id, text]) => ({ id, text, run: () => leave(id) })),
    payload() {
      const other = outcome;
      outcome = null;
      if (other) return { outcome: other };
      if (editor.job) throw new Problem("Its edges are still being looked for. Wait a moment, or press Escape");
      editor.settle();
      if (editor.drawing.draft) {
        const why = whyOpen(editor.drawing);
        if (why) throw new Problem(why);
        line.close();
      }
      return shownProblem(() => payloadOf(editor.drawing, allowed), photo);
    },
    snapshot: () => ({ drawing: keep(editor.drawing), hand: { tool: editor.tool.id, edges: line.edges } }),
    async restore(json) {
      if (json?.drawing?.paint) await pixels.get();
      editor.set(kept(json?.drawing));
      editor.use(json?.hand?.tool ?? "polygon");
      if (json?.hand) line.follow(json.hand.edges);
    },
    trace: () => desk.trace.steps,
    after: host.reduced ? undefined : () => desk.overlay.flash(FLASH_MS), // Without a flash the next need not wait.
    /** Nothing more is said of the outline: something else is shown now. */
    hush() {
      open = false;
      remarked?.close();
    },
    close() {
      this.hush();
      desk.close();
    },
    desk,
  };
}

/** Brings the place of a problem into view. */
function shownProblem(make, photo) {
  try {
    return make();
  } catch (error) {
    if (error instanceof Problem && Array.isArray(error.where)) photo.show(error.where);
    throw error;
  }
}

/** A third of the photo around a point, where nobody has guessed a box. */
function around([x, y], { width, height }) {
  return [x - width / 6, y - height / 6, width / 3, height / 3];
}
