/**
 * Plays how an answer was drawn: its steps are [ms, what, x, y px, tool].
 * @module
 */

const root = document.querySelector("[data-steps]");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const SVG = "http://www.w3.org/2000/svg";
/** Pauses longer than this are cut short, ms. */
const LONGEST = 1200;

if (root) {
  const steps = JSON.parse(root.dataset.steps).filter((step) => Array.isArray(step) && step.length >= 4);
  const layer = part("strokes"), moment = part("moment"), play = part("play");
  const size = layer.ownerSVGElement.viewBox.baseVal.width / 160;
  let timer = 0;

  /** Lines of the drags and dots of the points among the first steps. */
  function show(count) {
    const lines = [], dots = [];
    let line = null;
    for (const [, what, x, y] of steps.slice(0, count)) {
      if (what === "down") line = [[x, y]];
      else if (what === "move" && line) line.push([x, y]);
      else if (what === "up" && line) { if (line.length > 1) lines.push(line); line = null; }
      else if (what === "point") dots.push([x, y]);
    }
    if (line && line.length > 1) lines.push(line);
    layer.replaceChildren(
      ...lines.flatMap((one) => ["under", "over"].map((kind) => draw("polyline", { points: one.join(" "), class: kind, "stroke-width": size * (kind === "under" ? 1.6 : 0.8) }))),
      ...dots.map(([x, y], i) => draw("circle", { cx: x, cy: y, r: size * (i === dots.length - 1 ? 1.6 : 1), class: "step" })),
    );
    const at = steps[Math.max(count - 1, 0)];
    part("said").textContent = count ? `${count} of ${steps.length}, ${(at[0] / 1000).toFixed(1)} s${at[4] ? `, ${at[4]}` : ""}` : "begin";
  }

  function draw(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    play.querySelector("span").textContent = "Play";
  }

  function advance() {
    const at = Number(moment.value);
    show(at);
    if (at >= steps.length) { stop(); return; }
    moment.value = String(at + 1);
    const wait = at ? steps[at][0] - steps[at - 1][0] : 0;
    timer = setTimeout(advance, Math.min(Math.max(wait, 8), LONGEST));
  }

  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (Number(moment.value) >= steps.length) moment.value = "0";
    play.querySelector("span").textContent = "Stop";
    timer = setTimeout(advance, 0);
  });
  moment.addEventListener("input", () => { stop(); show(Number(moment.value)); });
  show(steps.length);
}
