/**
 * Shows how far a simulation is, and its result when it is done.
 * @module
 */

const root = document.querySelector("[data-poll]");
const part = (name) => root.querySelector(`[data-part="${name}"]`);

async function look() {
  const answer = await fetch(root.dataset.poll).catch(() => null);
  if (answer?.ok) {
    const found = await answer.json();
    if (found.state !== "running") { location.reload(); return; }
    part("done").textContent = found.done;
    part("total").textContent = found.total || "?";
    const bar = root.querySelector("progress");
    bar.max = found.total || 1;
    bar.value = found.done;
  }
  setTimeout(look, 1000);
}

if (root) setTimeout(look, 1000);
