/**
 * The points for hands and keyboards: one node that Tab walks from point to point, and the button that takes one away.
 * @module pages/draw/walker
 */
import { el, icon, svg } from "../../core/dom.js";
import { ringAt } from "./shape.js";

export class Walker {
  /** @param {import("./editor.js").Editor} editor @param {import("./points.js").Points} points @param {object} keys */
  constructor(editor, points, keys) {
    Object.assign(this, { editor, points });
    this.node = svg("circle", { class: "shape-walker", tabindex: -1, role: "button" });
    this.node.addEventListener("focus", () => { if (!editor.chosen) this.#go(1); });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    editor.photo.svg.append(this.node);
    const gone = el("button", { class: "point-gone", type: "button", tabindex: -1, on: { click: () => this.#delete() } },
      el("span", { class: "unseen", text: "Delete this point" }), icon("close", 12), keys.cap("draw.delete"));
    this.pin = editor.photo.pin(el("div", { class: "point-tools", hidden: true }, gone), [0, 0]);
    editor.onchange(() => this.update());
  }

  /** Shows what there is to walk, and the button beside a point. */
  update() {
    const { drawing, chosen, tool } = this.editor;
    const able = tool?.id === "polygon" && !drawing.draft && drawing.parts.length > 0;
    this.node.setAttribute("tabindex", able ? 0 : -1);
    this.node.setAttribute("visibility", able ? "visible" : "hidden");
    const one = able ? this.points.target : null;
    this.pin.node.hidden = !one;
    if (one) this.pin.move(vertexAt(drawing, one));
    if (!able) return;
    const at = vertexAt(drawing, chosen ?? this.points.all()[0]);
    this.node.setAttribute("cx", at[0]);
    this.node.setAttribute("cy", at[1]);
    this.node.setAttribute("aria-label", chosen ? this.#name() : "Points of the outline. Tab walks them");
  }

  close() {
    this.node.remove();
    this.pin.remove();
  }

  #name() {
    const { drawing, chosen } = this.editor;
    const [x, y] = vertexAt(drawing, chosen).map(Math.round);
    const ring = chosen.place.hole < 0 ? "" : ` of hole ${chosen.place.hole + 1}`;
    return `Point ${chosen.index + 1} of ${ringAt(drawing, chosen.place).flat.length / 2}${ring}, ${x}, ${y}`;
  }

  #go(by) {
    const next = this.points.step(by);
    if (!next) return false;
    this.editor.photo.show(vertexAt(this.editor.drawing, next));
    this.editor.host.say(this.#name());
    return true;
  }

  #key(event) {
    const by = event.key === "Tab" ? (event.shiftKey ? -1 : 1) : 0;
    const done = by ? this.#go(by) : this.points.nudge(event);
    if (done) event.preventDefault();
  }

  #delete() {
    this.points.delete();
    this.editor.photo.node.focus({ preventScroll: true });
  }
}

const vertexAt = (drawing, { place, index }) => ringAt(drawing, place).flat.slice(2 * index, 2 * index + 2);
