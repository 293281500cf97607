/**
 * The rejection line in the plane of workers: dragged, or moved by its slider; it says who is under it, and what
 * discarding their work would reopen. Without this script the form under the plot does the same by a new page.
 * @module
 */

const root = document.getElementById("line");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
/** How long the hand must rest before the server is asked, ms. */
const REST_MS = 400;

if (root?.dataset.plane) {
  const [left, top, right, bottom, x0, x1, y0, y1] = JSON.parse(root.dataset.plane);
  const [a, b] = JSON.parse(root.dataset.line);
  const range = part("range"), hand = part("hand"), drawing = root.querySelector("svg.workers");
  const across = (x) => left + ((right - left) * (x - x0)) / (x1 - x0);
  const down = (y) => bottom - ((bottom - top) * (y - y0)) / (y1 - y0);
  const workers = [...root.querySelectorAll("[data-worker]")];
  let timer = 0, asked = 0;

  /** Both ends of the line, px. */
  function ends(c) {
    if (!a) return [[across(c / b), top], [across(c / b), bottom]];
    return [[left, down((c - b * x0) / a)], [right, down((c - b * x1) / a)]];
  }

  /** Where the hand lies: on the line, inside the plane, to the right of the middle if it can. */
  function grip([[xa, ya], [xb, yb]]) {
    for (const share of [0.7, 0.5, 0.3, 0.85, 0.15, 0.95, 0.05]) {
      const [x, y] = [xa + (xb - xa) * share, ya + (yb - ya) * share];
      if (y >= top && y <= bottom) return [x, y];
    }
    return [xb, Math.min(Math.max(yb, top), bottom)];
  }

  function show() {
    const c = Number(range.value);
    const [from, to] = ends(c);
    part("line").setAttribute("d", `M${from.join(" ")}L${to.join(" ")}`);
    part("zone").setAttribute("d", `M${from.join(" ")}L${to.join(" ")}L${right} ${bottom + 999}L${left} ${bottom + 999}Z`);
    const [x, y] = grip([from, to]);
    hand.setAttribute("cx", x);
    hand.setAttribute("cy", y);
    const under = workers.filter((one) => {
      const is = a * one.dataset.p + b * one.dataset.r < c - 1e-9;
      one.classList.toggle("rj", is);
      return is;
    }).map((one) => one.dataset.worker);
    part("value").textContent = c.toFixed(2);
    say(under);
    clearTimeout(timer);
    timer = setTimeout(() => ask(under), REST_MS);
  }

  function say(under) {
    const number = document.createElement("b");
    number.textContent = under.length ? `${under.length} of ${workers.length}` : "Nobody";
    const rest = under.length ? ` ${under.length === 1 ? "is" : "are"} under the line.` : ` of ${workers.length} is under the line.`;
    part("said").replaceChildren(number, rest);
    const link = part("discard");
    if (!link) return;
    link.hidden = !under.length;
    link.href = part("token").dataset.discard + under.join(",");
    if (!under.length) part("preview").textContent = "";
  }

  async function ask(under) {
    const token = part("token");
    if (!token || !under.length) return;
    const mine = ++asked;
    const body = new URLSearchParams({ csrf_token: token.dataset.token, ids: under.join(",") });
    const answer = await fetch(token.dataset.address, { method: "POST", body }).catch(() => null);
    if (mine !== asked) return;
    part("preview").textContent = answer?.ok ? (await answer.json()).sentence : "What this would reopen is not known just now.";
  }

  /** The line through a place of the drawing. */
  function through(event) {
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const x = x0 + ((spot.x - left) / (right - left)) * (x1 - x0), y = y0 + ((bottom - spot.y) / (bottom - top)) * (y1 - y0);
    range.value = String(a * y + b * x);
    show();
  }

  hand.removeAttribute("visibility");
  part("look").hidden = true;
  range.addEventListener("input", show);
  drawing.addEventListener("pointerdown", (event) => {
    if (event.target !== hand) return;
    drawing.setPointerCapture(event.pointerId);
    drawing.addEventListener("pointermove", through);
    const stop = () => drawing.removeEventListener("pointermove", through);
    drawing.addEventListener("pointerup", stop, { once: true });
    drawing.addEventListener("pointercancel", stop, { once: true });
  });
  show();
}
