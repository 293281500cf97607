/**
 * What the hand works on, drawn over the photo: fill and double line, points, the side to come, handles, marks, the ring
 * of the brush. Drawn at most once a frame.
 * @module pages/draw/overlay
 */
import { svg } from "../../core/dom.js";
import { doubleStroke, setPath } from "../../core/palette.js";
import { pixels } from "./later.js";
import { draftFlat, ringAt, rings } from "./shape.js";

/** Points of more rings than this are not drawn one by one. */
const MOST_POINTS = 2500;
/** CSS px between points, on average, below which they are drawn small. */
const DENSE = 22;

const line = (flat) => {
  let d = "";
  for (let i = 0; i < flat.length; i += 2) d += `${i ? "L" : "M"}${flat[i]} ${flat[i + 1]}`;
  return d;
};
export const closed = (flat) => (flat.length ? `${line(flat)}Z` : "");
const dots = (flat) => {
  let d = "";
  for (let i = 0; i < flat.length; i += 2) d += `M${flat[i]} ${flat[i + 1]}h0`;
  return d;
};

/** The length of a ring, px. */
const around = (flat) => flat.reduce((sum, v, i) => (i % 2 ? sum : sum + Math.hypot(v - flat.at(i - 2), flat[i + 1] - flat.at(i - 1))), 0);

export class Overlay {
  #frame = 0;
  #stale = new Set(["drawing"]);

  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.photo = editor.photo;
    const path = (name, more) => svg("path", { class: name, "vector-effect": "non-scaling-stroke", ...more });
    this.parts = doubleStroke("", { fill: "none" });
    this.fill = path("shape-fill", { "fill-rule": "evenodd" });
    this.free = doubleStroke("", {});
    this.side = doubleStroke("", { dash: "6 4" });
    this.ghost = path("shape-ghost");
    this.closing = path("shape-closing");
    this.dots = svg("g", { class: "shape-dots" }, path("under"), path("top"));
    this.marks = svg("g", { class: "shape-crossings" });
    this.handle = svg("circle", { class: "shape-handle", visibility: "hidden" });
    this.first = svg("circle", { class: "shape-first", visibility: "hidden" });
    this.tip = svg("g", { class: "shape-tip", visibility: "hidden" }, svg("circle", { class: "under" }), svg("circle", { class: "top" }));
    this.box = doubleStroke("", { dash: "6 4" });
    this.group = svg("g", { class: "drawing" }, this.fill, this.parts, this.ghost, this.closing, this.side, this.free, this.box,
      this.dots, this.first, this.handle, this.marks, this.tip);
    this.photo.svg.append(this.group);
    editor.onchange((what, more) => {
      if (what === "pixels") this.painted?.pixels(more);
      this.#stale.add(what);
      this.#frame ||= requestAnimationFrame(() => this.draw());
    });
    this.photo.on("view", () => this.#dense());
    this.draw();
  }

  /** Draws what has changed. */
  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#stale.has("drawing")) this.#drawing();
    this.#hands();
    this.#stale.clear();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.painted?.close();
  }

  /** A short light over what was sent. @returns {Promise<void>} */
  flash(ms) {
    this.group.classList.add("flash");
    return new Promise((done) => setTimeout(done, ms));
  }

  #drawing() {
    const { drawing } = this.editor;
    const flats = rings(drawing).map(({ ring }) => ring.flat);
    const held = draftFlat(drawing.draft);
    const d = flats.map(closed).join("");
    if (!drawing.paint) setPath(this.parts, d);
    this.fill.setAttribute("d", d);
    const all = [...flats.flat(), ...drawing.draft?.steps.flatMap((step) => step.flat.slice(-2)) ?? []];
    const shown = all.length <= 2 * MOST_POINTS ? dots(all) : "";
    for (const node of this.dots.children) node.setAttribute("d", shown);
    this.lengths = flats.reduce((sum, flat) => sum + around(flat), 0) / Math.max(all.length / 2, 1);
    this.#dense();
    setPath(this.free, line(held));
    this.marks.replaceChildren(...(drawing.paint ? [] : this.editor.crossed(drawing)).map(([x, y]) => svg("circle", { class: "crossing", cx: x, cy: y })));
    if (drawing.paint || this.painted) pixels.use(({ Painted }) => (this.painted ??= new Painted(this.editor, this.parts)).show());
  }

  /** Points that lie close together on the screen are drawn small. */
  #dense() { this.dots.classList.toggle("dense", this.lengths > 0 && this.lengths * this.photo.scale < DENSE); }

  /** What follows the pointer. */
  #hands() {
    const { drawing, shown, chosen } = this.editor;
    const held = draftFlat(drawing.draft);
    const way = held.length ? shown.preview ?? [] : [];
    setPath(this.side, line(way));
    this.ghost.setAttribute("d", held.length && shown.ghost ? line(shown.ghost) : "");
    this.closing.setAttribute("d", way.length && held.length >= 4 && !shown.first ? line([...way.slice(-2), ...held.slice(0, 2)]) : "");
    if (shown.free) setPath(this.free, line([...held, ...shown.free]));
    else if (!this.#stale.has("drawing")) setPath(this.free, line(held));
    setPath(this.box, shown.patch ?? (shown.box ? closed(corners(shown.box)) : ""));
    if (held.length) this.fill.setAttribute("d", `${rings(drawing).map(({ ring }) => closed(ring.flat)).join("")}${closed([...held, ...way.slice(2)])}`);
    place(this.first, held.length ? held.slice(0, 2) : null, shown.first ? "near" : "");
    const vertex = chosen && ringAt(drawing, chosen.place)?.flat.slice(2 * chosen.index, 2 * chosen.index + 2);
    place(this.handle, vertex || shown.hover?.at || null, vertex ? "chosen" : shown.hover?.kind ?? "");
    this.tip.setAttribute("visibility", shown.ring ? "visible" : "hidden");
    if (shown.ring) for (const node of this.tip.children) ["cx", "cy", "r"].forEach((name, i) => node.setAttribute(name, [...shown.ring.at, shown.ring.radius][i]));
  }
}

const corners = ([x, y, w, h]) => [x, y, x + w, y, x + w, y + h, x, y + h];

function place(node, at, kind) {
  node.setAttribute("visibility", at ? "visible" : "hidden");
  if (!at) return;
  node.setAttribute("cx", at[0]);
  node.setAttribute("cy", at[1]);
  node.dataset.kind = kind;
}
