/** A page as small as one can be: put points on the photo. The tests of the frame use it; authors of pages may copy it. */
import { el, svg } from "../core/dom.js";
import { colouring, swatch } from "../core/palette.js";
import { Problem } from "../core/problem.js";

/** No style sheet of its own. */
export const styles = [];

export async function open(host) {
  const { work } = host.task;
  const points = [];
  host.side.append(
    el("section", { class: "section" }, el("p", { class: "lead", text: `Put a point on every corner of the ${work.category.name}.` }),
      el("p", { class: "more", text: "Click, tap, or move the cursor by the arrow keys and press Enter." })),
    el("section", { class: "section" }, el("div", { class: "label" }, el("span", { text: "In this photo" }), el("span", { class: "num", text: "2" }))));
  const photo = host.photo(host.stage, work.image, { text: `A photo with a ${work.category.name} in it` });
  const draw = () => {
    photo.svg.replaceChildren(...points.map(([cx, cy]) => svg("circle", { cx, cy, class: "dot", r: 5 / photo.scale, fill: "#fff", stroke: "#2F5BEA", "stroke-width": 2 / photo.scale })));
  };
  photo.on("view", draw);
  photo.on("point", ({ at }) => host.history.do({ name: "Add point", redo: () => { points.push(at); draw(); }, undo: () => { points.pop(); draw(); } }));
  const masks = work.others.map((one) => one.mask);
  const boxes = [{ box: [10, 190, 120, 100] }, { box: [330, 20, 105, 100] }];
  const colours = colouring(boxes);
  photo.setPassive(masks.map((mask, i) => ({ mask, number: i + 1, colour: colours[i], locked: true })));
  host.side.lastElementChild.append(...colours.map((n) => swatch(n)));
  const tools = host.tools([[{ id: "sample.point", icon: "polygon", text: "Polygon", short: "Polygon", key: "p", run: () => tools.select("sample.point") },
    { id: "sample.brush", icon: "brush", text: "Brush", key: "b", run: () => tools.select("sample.brush") },
    { id: "sample.lens", icon: "lens", text: "Lens", key: "m", run: () => { tools.select("sample.lens"); photo.lens(true); } }]]);
  photo.zoomTo(work.box);
  photo.zoomFloat.setTarget(() => photo.zoomTo(work.box));
  return {
    title: { text: `Outline this ${work.category.name}`, icon: work.category.icon },
    verb: "Close and submit",
    payload() {
      if (points.length < 1) throw new Problem("No point yet. Put one on the photo.");
      return { points };
    },
    snapshot: () => ({ points }),
    restore: (kept) => { points.splice(0, points.length, ...kept.points); draw(); },
    close() {},
  };
}
