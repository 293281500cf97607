/**
 * Labeling: which categories are in the photo, group after group, each shown by its icon on one example of it.
 * @module pages/label
 */
import { clear, el, icon } from "../core/dom.js";
import { Carry } from "./photo/carry.js";
import { Diary } from "./photo/diary.js";
import { Drops } from "./photo/drops.js";
import { FoundList } from "./photo/found.js";
import { Pins } from "./photo/pins.js";
import { isInside } from "./photo/places.js";
import { Search } from "./photo/search.js";
import { DIGITS, Tray } from "./photo/tray.js";
import { counted, listed, noneOf, question, titled } from "./photo/words.js";

class LabelPage {
  #place = 0;
  #seen = new Set();
  /** The category in the worker's hand. @type {number|null} */
  #held = null;

  /** @param {object} host */
  constructor(host) {
    const { image, groups } = host.task.work;
    this.host = host;
    this.groups = groups;
    this.narrow = matchMedia("(max-width: 720px)").matches;
    this.diary = new Diary();
    this.drops = new Drops(groups, image, host.history);
    this.drops.onchange = () => this.#update();
    this.drops.onnone = (name, said) => this.#go(this.#indexOf(name) + (said ? 1 : 0));
    this.photo = host.photo(host.stage, image, { text: "The photo to look at" });
    this.carry = new Carry(this.photo, { lift: (id) => this.#lift(id, "drag"), lay: () => this.#lay(),
      drop: (id, at) => this.#put(id, at, "drag") });
    this.#keys();
    this.#build();
    this.#hear();
    this.#go(0);
  }

  get title() {
    const last = this.#place === this.groups.length;
    return { text: last ? "Is everything here?" : question(this.groups[this.#place].name, this.narrow) };
  }

  get verb() {
    const next = this.groups[this.#place + 1]?.name;
    if (this.#place === this.groups.length) return `Submit ${counted(this.drops.list().length, "kind")}`;
    return next ? `Next: ${titled(next)}` : "Next: check";
  }

  /** The primary button goes through the groups before it submits. @returns {boolean} it went on */
  step() {
    if (this.#place === this.groups.length) return false;
    this.#go(this.#place + 1);
    return true;
  }

  payload() { return this.drops.payload(); }

  /** Groups that were left out are named once before the answer goes. @returns {string|null} */
  confirm() {
    const left = this.groups.filter((_, i) => !this.#seen.has(i)).map((group) => titled(group.name));
    return left.length ? `${listed(left)} ${left.length > 1 ? "were" : "was"} not looked at` : null;
  }

  snapshot() { return { ...this.drops.snapshot(), place: this.#place, seen: [...this.#seen], trace: this.diary.rows }; }

  /** @param {any} saved */
  restore(saved) {
    this.drops.restore(saved);
    this.diary.restore(saved?.trace);
    this.#seen = new Set(saved?.seen ?? []);
    this.#go(Math.min(saved?.place ?? 0, this.groups.length));
  }

  trace() { return this.diary.rows; }

  close() {
    this.carry.close();
    this.tray.node.remove();
  }

  #build() {
    const { host } = this;
    const ways = [["grip", "Drag", " it onto the photo"], ["target", "Click", " the icon, then the spot"], ["search", "Type", " a few letters, then Enter"]];
    this.lead = el("p", { class: "lead" });
    host.side.append(
      el("section", { class: "section" }, this.lead, el("p", { class: "more",
        text: "One of each kind is enough. Small, cut off and half hidden ones count. Pictures and toys of a thing do not." })),
      el("section", { class: "section" }, el("h2", { class: "label", text: "Three ways to place an icon" }),
        el("ul", { class: "ways" }, ...ways.map(([mark, verb, rest]) => el("li", null, icon(mark), el("span", null, el("b", { text: verb }), rest))))));
    this.tray = new Tray(this.drops, { pick: (id) => this.#pick(id), go: (place) => this.#go(place), keys: host.keys,
      drag: (tile, category) => host.preview || this.carry.from(tile, category) });
    host.stage.parentElement.append(this.tray.node);
    this.found = new FoundList(this.drops, { show: (id) => this.pins.find(id), remove: (id) => this.#remove(id) });
    this.pins = new Pins(this.photo, this.drops, { fixed: host.preview, press: (id) => this.#pick(id),
      move: (id, at) => this.#put(id, at, "drag"), remove: (id) => this.#remove(id) });
    this.search = new Search([...this.drops.categories.values()], { keys: host.keys, narrow: this.narrow, pick: (id) => this.#lift(id, "type"),
      leave: () => this.photo.node.focus({ preventScroll: true }) });
    host.panel.append(this.search.node, this.found.node);
    this.tap = el("p", { class: "tap", hidden: true });
    host.stage.append(this.tap);
    this.back = el("button", { class: "btn quiet back", type: "button", on: { click: () => this.#go(this.#place - 1) } });
    this.noneText = el("span");
    this.none = el("button", { class: "btn none", type: "button", on: { click: () => this.#none() } },
      this.noneText, host.keys.cap("label.none"));
    host.foot.append(this.back, this.none);
  }

  #keys() {
    const add = (id, names, text, run, when) => this.host.keys.add({ id: `label.${id}`, keys: names, text, group: "This page", run, when });
    const asking = () => this.#place < this.groups.length;
    add("none", ["n"], "None of this group", () => this.#none());
    DIGITS.forEach((digit, i) => add(`tile${i}`, [digit], `Icon ${i + 1} of the group`,
      () => this.#lift(this.groups[this.#place].categories[i].id, "key"),
      () => asking() && i < this.groups[this.#place].categories.length));
    add("search", ["/"], "Search all categories", () => this.search.focus());
    add("next", ["ArrowRight"], "Next group", () => this.step(), asking);
    add("back", ["ArrowLeft"], "Group before", () => this.#go(this.#place - 1), () => this.#place > 0);
    add("lay", ["Escape"], "Put the icon back", () => this.#lay(), () => this.#held !== null || this.photo.cursorShown);
  }

  #hear() {
    this.photo.on("point", (point) => this.#pointed(point));
    // With nothing in the hand the side arrows turn to another group; with an icon in it they move the cursor.
    this.photo.node.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: () => this.step(), ArrowLeft: () => this.#go(this.#place - 1) }[event.key];
      if (!turn || this.#held !== null || event.target !== this.photo.node || event.shiftKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      turn();
    }, { capture: true });
  }

  #pointed(point) {
    if (this.host.preview) return;
    if (this.#held === null) this.host.hint("Pick an icon below first, then the spot", { kind: "plain" });
    else if (!isInside(point.at, this.host.task.work.image)) this.host.hint("That is beside the photo", { kind: "plain" });
    else this.#put(this.#held, point.at, point.keyboard ? "key" : point.touch ? "tap" : "click");
  }

  /** A tile or a pin was pressed: it is taken into the hand, or laid back. */
  #pick(id) {
    if (this.carry.spent() || this.host.preview) return;
    if (this.#held === id) this.#lay();
    else this.#lift(id, "click");
  }

  #lift(id, how) {
    if (this.host.preview) return;
    this.#held = id;
    const category = this.drops.categories.get(id);
    this.diary.add("lift", { category: id, how });
    this.host.hint(null);
    this.carry.take(category);
    this.tap.textContent = `${this.host.coarse ? "Tap" : "Click"} one ${category.name}`;
    this.tap.hidden = false;
    this.#update();
    if (how === "key" || how === "type") {
      this.photo.node.focus({ preventScroll: true });
      this.photo.setCursor(this.drops.of(id)?.at ?? this.photo.cursor);
    }
    this.host.say(`${category.name} in hand. Point at one, or move the cursor by the arrow keys and press Enter.`);
  }

  #lay() {
    this.photo.dropCursor();
    if (this.#held === null) return;
    this.#held = null;
    this.carry.take(null);
    this.tap.hidden = true;
    this.#update();
  }

  #put(id, at, how) {
    const { name } = this.drops.categories.get(id);
    this.#held = id;
    this.#lay();
    this.drops.put(id, at);
    const [x, y] = this.drops.of(id).at;
    this.diary.add("put", { category: id, x, y, how });
    this.host.say(`${name} placed. ${counted(this.drops.list().length, "kind")} on the photo.`);
  }

  #remove(id) {
    const { name } = this.drops.categories.get(id);
    if (this.#held === id) this.#lay();
    this.diary.add("remove", { category: id });
    this.drops.remove(id);
    this.host.say(`${name} removed`);
  }

  #none() {
    if (this.#place === this.groups.length || this.host.preview) return;
    const { name } = this.groups[this.#place];
    const there = this.drops.inGroup(name).map((drop) => drop.category.name);
    if (there.length) {
      this.host.hint(`${titled(listed(there))} ${there.length > 1 ? "are" : "is"} on the photo. Take ${there.length > 1 ? "them" : "it"} off first`);
      return;
    }
    this.diary.add("none", { group: name });
    if (this.drops.isNone(name)) this.#go(this.#place + 1);
    else this.drops.sayNone(name);
  }

  #indexOf(name) { return this.groups.findIndex((group) => group.name === name); }

  /** @param {number} place of a group; one more than the last is the screen that lists what was found */
  #go(place) {
    if (place < 0 || place > this.groups.length) return;
    if (place !== this.#place) this.#seen.add(this.#place);
    this.#place = place;
    this.#lay();
    this.host.hint(null);
    this.diary.add("group", { group: this.groups[place]?.name ?? null });
    this.#update(true);
    this.host.title(this.title, this.verb);
    this.host.say(this.title.text);
    this.host.changed();
  }

  #update(turned = false) {
    const last = this.#place === this.groups.length;
    if (turned || last) this.tray.show(this.#place, this.#seen);
    this.tray.update(this.#held);
    this.pins.update(this.#held);
    this.found.update(this.#place, this.#seen);
    this.lead.textContent = last ? "Look once more. Is a kind missing?"
      : this.host.coarse ? "Tap an icon, then tap one example of it." : "Put the icon of each kind on one example of it.";
    const before = this.groups[this.#place - 1]?.name;
    this.back.hidden = !before;
    clear(this.back).append(icon("back"), el("span", { text: before ? titled(before) : "" }));
    this.none.hidden = last;
    if (!last) {
      const { name } = this.groups[this.#place];
      this.none.setAttribute("aria-disabled", String(this.drops.inGroup(name).length > 0));
      this.noneText.textContent = this.narrow ? "None here" : noneOf(name);
    }
    if (last) this.host.title(this.title, this.verb);
  }
}

export const styles = ["photo", "label"];

/** @param {object} host @returns {Promise<LabelPage>} */
export async function open(host) {
  return new LabelPage(host);
}
