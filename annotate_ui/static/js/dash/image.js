/**
 * Which mask of an image a line of the list is: the others are dimmed while one is pointed at.
 * @module
 */

const photo = document.querySelector(".stage svg.photo");
const masks = photo ? [...photo.querySelectorAll(".mask")] : [];

function only(number) {
  for (const one of masks) one.classList.toggle("faint", number !== null && one.dataset.mask !== number);
}

for (const line of document.querySelectorAll(".on-it [data-mask]")) {
  const number = line.dataset.mask;
  for (const name of ["mouseenter", "focusin"]) line.addEventListener(name, () => only(number));
  for (const name of ["mouseleave", "focusout"]) line.addEventListener(name, () => only(null));
}
