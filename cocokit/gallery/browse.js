// Chooses images by category and size, 200 a page; the choice stands in the address. A press on one shows it large.
const PER_PAGE = 200;
const COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#D55E00", "#CC79A7", "#5E2A7E", "#A7E3CF", "#882255", "#6B3F12", "#F2F2F2", "#B5D334"];
const $ = (id) => document.getElementById(id);
const make = (name, look, text) => Object.assign(document.createElement(name), { className: look || "", textContent: text || "" });
const { images, categories } = GALLERY;
let chosen = [], at = -1, pressed = -1;

// What an image has, as [category's place, instances, bits of sizes, colour].
const kinds = (image) => {
  const flat = image[6], made = [];
  for (let i = 0; i < flat.length; i += 4) made.push(flat.slice(i, i + 4));
  return made;
};
const asked = () => {
  const words = new URLSearchParams(location.hash.slice(1));
  return { category: +(words.get("category") ?? -1), size: +(words.get("size") ?? 0), page: Math.max(1, +(words.get("page") ?? 1)) };
};
const ask = (changes) => {
  const now = { ...asked(), ...changes };
  location.hash = new URLSearchParams(Object.entries(now).filter(([name, value]) => value !== { category: -1, size: 0, page: 1 }[name])).toString();
};

function overlayOf(number, place) {
  return `masks/${number}.svg${place < 0 ? "" : `#c${categories[place][0]}`}`;
}

function card(number, place) {
  const [id, name, width, height, photo, drawn] = images[number];
  const ratio = Math.min(3, Math.max(0.4, width / height));
  const button = make("button", "card"), shot = make("span", "shot");
  button.type = "button";
  button.style.cssText = `flex:${ratio} 1 ${Math.round(ratio * 180)}px`;
  shot.style.aspectRatio = `${width} / ${height}`;
  for (const [has, path, look] of [[photo, `photos/${number}.jpg`, ""], [drawn, overlayOf(number, place), "over"]]) {
    if (!has) continue;
    shot.append(Object.assign(make("img", look), { src: path, loading: "lazy", decoding: "async", alt: "" }));
  }
  if (!photo) shot.append(make("span", "none", GALLERY.photos ? "no photo" : ""));
  const found = kinds(images[number]).sort((a, b) => b[1] - a[1]);
  const said = found.map(([p, count, bits]) => `${categories[p][1]} ${count}${bits & 8 ? " + crowd" : ""}`).join(", ");
  const line = make("span", "quiet");
  line.append(make("b", "", name), ` ${said || "nothing annotated"}`);
  button.title = `${name}: ${said || "nothing annotated"}`;
  button.append(shot, line);
  button.addEventListener("click", () => show(number));
  return button;
}

function pagers(page, pages) {
  for (const nav of document.querySelectorAll(".pager")) {
    nav.replaceChildren();
    if (pages < 2) continue;
    const before = make("button", "", "Previous"), after = make("button", "", "Next");
    before.disabled = page <= 1;
    after.disabled = page >= pages;
    before.addEventListener("click", () => ask({ page: page - 1 }));
    after.addEventListener("click", () => ask({ page: page + 1 }));
    nav.append(before, make("span", "", `${page.toLocaleString("en")} of ${pages.toLocaleString("en")}`), after);
  }
}

function draw() {
  const { category, size, page } = asked();
  $("category").value = category;
  $("size").value = size;
  const fits = (flat) => {
    for (let i = 0; i < flat.length; i += 4) if ((category < 0 || flat[i] === category) && (!size || flat[i + 2] & size)) return true;
    return category < 0 && !size;
  };
  chosen = [];
  for (let number = 0; number < images.length; number += 1) if (fits(images[number][6])) chosen.push(number);
  const pages = Math.max(1, Math.ceil(chosen.length / PER_PAGE)), here = Math.min(page, pages);
  const shown = chosen.slice((here - 1) * PER_PAGE, here * PER_PAGE);
  $("grid").replaceChildren(...shown.map((number) => card(number, category)));
  if (!shown.length) $("grid").append(make("p", "empty", "No image has that. Choose another category or size."));
  const all = images.length.toLocaleString("en");
  $("said").textContent = chosen.length === images.length ? `${all} images` : `${chosen.length.toLocaleString("en")} of ${all} images`;
  pagers(here, pages);
  scrollTo(0, 0);
}

function fit() {
  if (at < 0) return;
  const [, , width, height] = images[at], room = document.querySelector(".stage").getBoundingClientRect();
  const scale = Math.min(room.width / width, room.height / height);
  for (const image of [$("photo"), $("over")]) image.style.cssText = `width:${width * scale}px;height:${height * scale}px`;
}

function show(number) {
  const [id, name, width, height, photo, drawn] = images[number];
  at = number;
  pressed = asked().category;
  $("title").textContent = name;
  $("about").textContent = `image ${id}, ${width} x ${height} px${photo || !GALLERY.photos ? "" : ", no photo"}`;
  $("photo").hidden = !photo;
  $("over").hidden = !drawn;
  if (photo) $("photo").src = `photos/${number}.jpg`;
  const list = kinds(images[number]).sort((a, b) => b[1] - a[1]);
  $("kinds").replaceChildren(...list.map(([place, count, bits, colour]) => {
    const row = make("li"), button = make("button"), swatch = make("i");
    swatch.style.background = COLOURS[colour];
    button.type = "button";
    button.append(swatch, make("span", "", categories[place][1]), make("em", "", `${count}${bits & 8 ? " + crowd" : ""}`));
    button.addEventListener("click", () => { pressed = pressed === place ? -1 : place; press(list); });
    row.append(button);
    return row;
  }));
  press(list);
  if (!$("large").open) $("large").showModal();
  const place = chosen.indexOf(number);
  $("before").disabled = place <= 0;
  $("next").disabled = place < 0 || place >= chosen.length - 1;
  fit();
}

function press(list) {
  const there = list.some(([place]) => place === pressed);
  if (images[at][5]) $("over").src = there ? `masks/${at}.svg#n${categories[pressed][0]}` : `masks/${at}.svg#all`;
  [...$("kinds").querySelectorAll("button")].forEach((button, i) => button.setAttribute("aria-pressed", list[i][0] === pressed));
}

function step(by) {
  const place = chosen.indexOf(at) + by;
  if (place >= 0 && place < chosen.length) show(chosen[place]);
}

const totals = categories.map(() => 0);
for (const image of images) for (let i = 0; i < image[6].length; i += 4) totals[image[6][i]] += 1;
$("category").append(new Option(`all ${categories.length.toLocaleString("en")}`, -1));
categories.map(([, name], place) => [name, place]).filter(([, place]) => totals[place])
  .sort((a, b) => a[0].localeCompare(b[0]))
  .forEach(([name, place]) => $("category").append(new Option(`${name} (${totals[place].toLocaleString("en")})`, place)));
$("choose").addEventListener("submit", (event) => event.preventDefault());
$("category").addEventListener("change", () => ask({ category: +$("category").value, page: 1 }));
$("size").addEventListener("change", () => ask({ size: +$("size").value, page: 1 }));
$("masks").addEventListener("change", () => document.body.classList.toggle("bare", !$("masks").checked));
$("close").addEventListener("click", () => $("large").close());
$("before").addEventListener("click", () => step(-1));
$("next").addEventListener("click", () => step(1));
$("large").addEventListener("close", () => { at = -1; });
$("large").addEventListener("keydown", (event) => { if (event.key === "ArrowLeft") step(-1); if (event.key === "ArrowRight") step(1); });
addEventListener("hashchange", draw);
addEventListener("resize", fit);
draw();
