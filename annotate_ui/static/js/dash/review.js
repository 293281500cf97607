/**
 * The review room by keys: J and K go through the masks, G, B and P press the buttons of the one in hand.
 * @module
 */

const cards = [...document.querySelectorAll(".review > li")];
let at = 0;

function go(to) {
  at = Math.min(Math.max(to, 0), cards.length - 1);
  cards.forEach((card, i) => card.classList.toggle("in-hand", i === at));
  cards[at].focus({ preventScroll: true });
  cards[at].scrollIntoView({ block: "nearest" });
}

if (cards.length) {
  cards.forEach((card, i) => card.addEventListener("focusin", () => { if (i !== at) { at = i; cards.forEach((one, j) => one.classList.toggle("in-hand", j === at)); } }));
  cards[0].classList.add("in-hand");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(at + 1);
    else if (key === "k") go(at - 1);
    else cards[at].querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  });
}
