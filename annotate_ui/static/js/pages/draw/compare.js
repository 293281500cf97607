/**
 * After a training outline: agreed, missed and extra on the photo, two gauges with the bar to reach, numbered places.
 * @module pages/draw/compare
 */
import { clear, el, icon, svg } from "../../core/dom.js";
import { trace } from "../../masks/outline.js";
import { decode } from "../../masks/rle.js";
import { area, bbox, union } from "../../masks/sets.js";
import { places } from "./places.js";

const path = (mask) => trace(mask).map(({ ring }) => `M${ring.join(" ")}Z`).join("");
const percent = (share) => `${Math.round(100 * share)} %`;

/** Hatch and dots whose size is that of the screen. @param {object} photo @returns {SVGElement} */
function patterns(photo) {
  const pattern = (id, size, ...inner) => svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, ...inner);
  const both = [
    pattern("hatch-missed", 8, svg("rect", { width: 8, height: 8, class: "ground" }), svg("path", { d: "M4 0V8" })),
    pattern("hatch-extra", 9, svg("rect", { width: 9, height: 9, class: "ground" }), svg("circle", { cx: 4.5, cy: 4.5, r: 2 })),
  ];
  const scale = () => both.forEach((one) => one.setAttribute("patternTransform", `scale(${1 / photo.scale}) rotate(45)`));
  photo.on("view", scale);
  scale();
  return svg("defs", null, ...both);
}

/** The three areas and the two outlines. */
function picture(photo, masks) {
  const shape = (name, d, more) => svg("path", { class: `compare-${name}`, d, "fill-rule": "evenodd", "vector-effect": "non-scaling-stroke", ...more });
  const line = (name, mask) => svg("g", { class: `compare-${name}` }, ...["under", "top"].map((part) => svg("path", { class: part, d: path(mask), "vector-effect": "non-scaling-stroke" })));
  const group = svg("g", { class: "comparison", "data-show": "both" }, patterns(photo), shape("agreed", path(masks.agreed)),
    shape("missed", path(masks.missed), { fill: "url(#hatch-missed)" }), shape("extra", path(masks.extra), { fill: "url(#hatch-extra)" }),
    line("reference", union(masks.agreed, masks.missed)), line("yours", union(masks.agreed, masks.extra)));
  photo.svg.append(group);
  return group;
}

/** A gauge: what was reached, and the bar to reach; a bar of 0 is none. */
function gauge(name, value, bar, words) {
  const fill = el("i"), mark = el("u");
  fill.style.width = `${100 * value}%`;
  mark.style.left = `${100 * bar}%`;
  const needs = bar > 0 ? ` needs ${bar.toFixed(2)}` : "";
  return el("div", { class: "gauge" },
    el("div", { class: "figures" }, el("span", { text: name }), el("span", { class: "num" }, needs && value >= bar ? icon("check", 14) : null,
      el("b", { text: value.toFixed(2) }), needs)),
    el("div", { class: "track", role: "img", "aria-label": `${name} ${value.toFixed(2)}${needs && `,${needs}`}` }, fill, needs ? mark : null), el("p", { text: words }));
}

const swatch = (kind) => svg("svg", { class: `key key-${kind}`, width: 20, height: 20, viewBox: "0 0 20 20", "aria-hidden": "true" },
  svg("rect", { x: 1, y: 1, width: 18, height: 18, rx: 4 }),
  kind === "missed" ? svg("path", { d: "M3 9 9 3M3 16 16 3M10 17 17 10" }) : null,
  kind === "extra" ? svg("path", { d: "M6 6h.01M13 6h.01M6 13h.01M13 13h.01" }) : null);

/** The panel: the finding, the gauges, what the colours say, what to change. */
function report(panel, result, masks, found, name) {
  const all = area(masks.agreed) + area(masks.missed) + area(masks.extra) || 1;
  const near = result.iou >= 0.85 * result.iou_bar;
  const head = result.passed ? "That is good enough" : near ? "Close, not there yet" : "Not there yet";
  const row = (kind, words, rest) => el("li", null, swatch(kind), el("span", null, el("b", { text: words }), rest),
    el("span", { class: "share", text: percent(area(masks[kind]) / all) }));
  panel.append(
    el("section", { class: "section result" }, el("h2", { text: head, tabIndex: -1 }), el("p", { class: "lead more", text: result.hint }),
      gauge("Overlap", result.iou, result.iou_bar, "Shared area over the area of both outlines together (IoU)"),
      gauge("Edge", result.boundary, result.boundary_bar, "How closely your outline follows it (boundary F)")),
    el("section", { class: "section" }, el("ul", { class: "legend num" }, row("agreed", "Agreed", ""),
      row("missed", "Missed", `, part of the ${name}`), row("extra", "Extra", `, not the ${name}`))));
  if (found.length) panel.append(el("section", { class: "section" }, el("div", { class: "label", text: result.passed ? "What would make it better" : "What to change" }),
    el("ol", { class: "fixes" }, ...found.map((one, i) => el("li", null, el("i", { class: "num", text: i + 1 }), el("div", null, one.what, el("p", { text: one.how })))))));
}

/** Compare, yours, reference: one of them is shown. */
function switches(host, group, badges) {
  const show = (what) => {
    group.dataset.show = what;
    badges.forEach((one) => { one.node.hidden = what !== "both"; });
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.what === what)));
  };
  const buttons = [["both", "Compare", "3"], ["yours", "Yours", "1"], ["reference", "Reference", "2"]].map(([what, text, key]) => {
    host.keys.add({ id: `compare.${what}`, keys: [key], text: `Show: ${text.toLowerCase()}`, group: "Result", run: () => show(what) });
    return el("button", { type: "button", "data-what": what, on: { click: () => show(what) } }, text, host.keys.cap(`compare.${what}`));
  });
  show("both");
  const photo = el("span", { class: "held" }, "Photo ", host.keys.cap("photo.hide"));
  return el("div", { class: "float switches", role: "group", "aria-label": "What the photo shows" }, ...buttons, photo);
}

/** Takes the hands and what they drew off the photo: something else is shown now. */
function rest(desk) {
  desk.editor.tool = null;
  desk.overlay.close();
  desk.overlay.group.remove();
  desk.line?.walker?.close();
  if (desk.editor.drawing.paint) desk.photo.paint.hidden = true;
  desk.host.stage.querySelectorAll(".tip, .target").forEach((node) => node.remove());
  delete desk.photo.node.dataset.tool;
}

/**
 * Shows a result until the worker goes on.
 * @param {object} host @param {{desk: import("./desk.js").Desk}} page @param {object} result of the worker API
 * @returns {{done: Promise<void>}}
 */
export function compare(host, page, result) {
  const { desk } = page;
  const { photo } = desk;
  const { name } = host.task.work.category;
  const masks = Object.fromEntries(["agreed", "missed", "extra"].map((kind) => [kind, decode(result[kind])]));
  page.hush();
  rest(desk);
  for (const node of [host.side, host.rail, host.foot, host.panel]) clear(node);
  host.hint(null);
  photo.setPassive([]);
  const group = picture(photo, masks);
  const found = places(masks, name);
  const badges = found.map((one, i) => photo.pin(el("b", { class: "place num", text: i + 1 }), one.at));
  report(host.panel, result, masks, found, name);
  host.stage.append(switches(host, group, badges));
  const again = !result.passed && result.tries_left > 0;
  const left = result.tries_left === 1 ? "1 try left" : `${result.tries_left} tries left`;
  host.foot.append(el("span", { class: "tries num", text: result.passed ? "You can outline this category now" : left }));
  host.title({ text: result.passed ? "Training passed" : `Training: outline this ${name}`, icon: host.task.work.category.icon }, again ? "Draw again" : "Go on");
  photo.view.inset = { left: 12, right: 12, top: 12, bottom: 68 };
  requestAnimationFrame(() => photo.zoomTo(bbox(union(union(masks.agreed, masks.missed), masks.extra)), 0.4));
  host.panel.querySelector("h2").focus({ preventScroll: true });
  host.say(`${host.panel.querySelector("h2").textContent}. ${result.hint}`);
  let end;
  const done = new Promise((resolve) => { end = resolve; });
  host.keys.add({ id: "training.on", keys: ["Enter"], text: "Go on", group: "Result", when: () => true, run: () => end() });
  const primary = document.getElementById("submit");
  primary.disabled = false;
  primary.removeAttribute("aria-busy");
  primary.addEventListener("click", end, { once: true });
  return { done };
}
