/**
 * Spotting: a numbered cross on each instance of one category, ten at most.
 * @module pages/spot
 */
import { clear, el } from "../core/dom.js";
import { lens } from "../core/photo.js";
import { Problem } from "../core/problem.js";
import { Crosses } from "./photo/crosses.js";
import { Diary } from "./photo/diary.js";
import { Held } from "./photo/held.js";
import { Numbered } from "./photo/numbered.js";
import { isInside } from "./photo/places.js";
import { companion, primer } from "./photo/primer.js";
import { counted } from "./photo/words.js";

class SpotPage {
  /** "mark" or "move": what a press on a cross does. */
  #tool = "mark";
  /** Key of the cross in the hand. @type {number|null} */
  #held = null;

  /** @param {object} host */
  constructor(host) {
    const { image, category, max_spots: most } = host.task.work;
    Object.assign(this, { host, category, most, image, diary: new Diary() });
    this.crosses = new Crosses(image, most, host.history);
    this.photo = host.photo(host.stage, image, { text: `The photo to look for ${category.name} in` });
    this.marks = new Numbered(this.photo, this.crosses, { fixed: host.preview, press: (key) => this.#press(key),
      move: (key, at) => this.#move(key, at, "drag"), remove: (key) => this.#remove(key),
      act: () => (this.#tool === "move" ? "move it" : "remove it") });
    this.crosses.onchange = () => this.#update();
    this.primer = primer(this.photo, host.task.work.primer, category, host.reduced);
    this.companion = companion(this.photo, category);
    this.lens = new Held((on) => { this.photo.lens(on); this.tools.node("spot.lens").setAttribute("aria-pressed", String(on)); });
    this.#build();
    this.photo.on("point", (point) => this.#pointed(point));
    this.#update();
  }

  get title() { return { text: `Mark every ${this.category.name}`, icon: this.category.icon ?? null }; }

  get verb() {
    const n = this.crosses.list.length;
    if (this.crosses.claim === "none") return "Submit: none here";
    if (this.crosses.claim === "more") return `Submit: more than ${this.most}`;
    return n > 1 ? `All ${n} marked` : "All marked";
  }

  payload() {
    if (!this.crosses.list.length && this.crosses.claim !== "none") {
      throw new Problem(`No cross yet. Put one on each ${this.category.name}, or choose \u201cNone here\u201d`);
    }
    return this.crosses.payload();
  }

  snapshot() { return { ...this.crosses.snapshot(), trace: this.diary.rows }; }

  /** @param {any} saved */
  restore(saved) {
    this.crosses.restore(saved);
    this.diary.restore(saved?.trace);
  }

  trace() { return [...this.diary.rows, { t: Math.round(this.diary.clock() - this.diary.start), do: "claim", claim: this.crosses.claim ?? "all" }]; }

  close() {
    this.primer.close();
  }

  #build() {
    const { host, category } = this;
    this.count = el("span", { class: "num" });
    host.side.append(
      el("section", { class: "section" },
        el("p", { class: "lead", text: `Mark each ${category.name} with a cross, the one in the ring too.` }),
        el("p", { class: "more", text: `Small, cut off and half hidden ones count. ${this.most} crosses at most.` })),
      el("section", { class: "section" }, el("h2", { class: "label" }, el("span", { text: "Crosses" }), this.count),
        el("ul", { class: "ways" }, ...[["Click", " the photo to put one"], ["Click", " a cross to remove it"], ["Drag", " a cross to move it"]]
          .map(([verb, rest]) => el("li", { class: "plain" }, el("span", null, el("b", { text: verb }), rest))))));
    const add = (id, names, text, more) => host.keys.add({ id: `spot.${id}`, keys: names, text, group: "This page", ...more });
    add("magnify", ["m"], "Lens: hold it, or tap to keep it", { hold: { down: () => this.lens.down(), up: () => this.lens.up() } });
    add("none", ["n"], "None here", { run: () => this.#none() });
    add("more", ["t"], `More than ${this.most}`, { run: () => this.#more() });
    add("lay", ["Escape"], "Put the cross or the cursor back", { run: () => this.#lay(), when: () => this.#held !== null || this.photo.cursorShown });
    this.tools = host.tools([
      [{ id: "spot.mark", icon: "target", text: "Mark: put and remove crosses", short: "Mark", key: "c", run: () => this.#take("mark") },
        { id: "spot.move", icon: "move", text: "Move a cross: press it, then the place", short: "Move", key: "v", run: () => this.#take("move") }],
      [{ id: "spot.lens", icon: "lens", text: "Lens: twice as large", short: "Lens", cap: "spot.magnify", run: () => this.lens.toggle() }]]);
    this.tools.select("spot.mark");
    const chip = (id, text, run) => el("button", { class: "btn chip", type: "button", "aria-pressed": "false", on: { click: run } },
      el("span", { text }), host.keys.cap(`spot.${id}`));
    this.noneChip = chip("none", "None here", () => this.#none());
    this.moreChip = chip("more", `More than ${this.most}`, () => this.#more());
    host.foot.append(el("div", { class: "chips", role: "group", "aria-label": "What else there is to say" }, this.noneChip, this.moreChip));
  }

  #take(tool) {
    this.#lay();
    this.#tool = tool;
    this.tools.select(`spot.${tool}`);
    this.tools.node("spot.lens").setAttribute("aria-pressed", String(this.lens.on));
    this.photo.node.classList.toggle("moving", tool === "move");
    this.companion.show(tool === "mark");
    this.marks.update(this.#held);
  }

  #pointed({ at, keyboard, touch }) {
    if (this.host.preview) return;
    if (!isInside(at, this.image)) return this.host.hint("That is beside the photo", { kind: "plain" });
    const how = keyboard ? "key" : touch ? "tap" : "click";
    if (this.#held !== null) return this.#move(this.#held, at, how);
    // The keyboard cursor has no cross under it that it could press: it finds the one that it stands on.
    const under = keyboard ? this.crosses.near(at, 8 / this.photo.scale) : null;
    if (under) return this.#press(under.key);
    if (this.#tool === "move") return this.host.hint("Press a cross first, then its new place", { kind: "plain" });
    return this.#put(at, how);
  }

  #put(at, how) {
    const done = this.crosses.put(at);
    if (done === "full") return this.#full(`${this.most} is the most.`);
    if (done === "taken") return this.host.hint("There is a cross on this pixel already");
    const { at: [x, y], key } = this.crosses.list.at(-1);
    this.diary.add("put", { x, y, how });
    this.host.say(`Cross ${this.crosses.list.length} put`);
    if (!this.#warn(key) && this.crosses.full) this.#full(`That is ${this.most}.`);
    return undefined;
  }

  #move(key, at, how) {
    const number = this.crosses.numberOf(key);
    if (this.#held !== null) this.#lay();
    if (this.crosses.move(key, at) === "taken") return this.host.hint("There is a cross on this pixel already");
    const [x, y] = this.crosses.of(key).at;
    this.diary.add("move", { n: number, x, y, how });
    this.host.say(`Cross ${number} moved`);
    this.#warn(key);
    return undefined;
  }

  /** @returns {boolean} whether the cross nearly touches another */
  #warn(key) {
    const other = this.crosses.near(this.crosses.of(key).at, undefined, key);
    if (!other) this.host.hint(null);
    else this.host.hint(`Crosses ${this.crosses.numberOf(other.key)} and ${this.crosses.numberOf(key)} nearly touch. Are they two ${this.category.name} instances?`,
      { action: { text: "Undo", run: () => { this.host.history.undo(); this.host.hint(null); } } });
    return Boolean(other);
  }

  #press(key) {
    if (this.#tool === "mark") return this.#remove(key);
    if (this.#held === key) return this.#lay();
    this.#held = key;
    this.marks.update(key);
    this.photo.node.focus({ preventScroll: true });
    this.photo.setCursor(this.crosses.of(key).at);
    this.host.hint("Now click its new place", { kind: "plain" });
    return undefined;
  }

  #lay() {
    if (this.#held === null) return this.photo.dropCursor();
    this.#held = null;
    this.photo.dropCursor();
    this.host.hint(null);
    this.marks.update(null);
    return undefined;
  }

  #remove(key) {
    const number = this.crosses.numberOf(key);
    if (this.#held !== null) this.#lay();
    this.diary.add("remove", { n: number });
    this.crosses.remove(key);
    this.host.say(`Cross ${number} removed`);
    this.host.hint(null);
  }

  #none() {
    if (this.host.preview) return;
    if (this.crosses.claim === "none") return this.crosses.say(null);
    const there = this.crosses.list.length;
    this.diary.add("none", { n: there });
    this.crosses.clear();
    this.host.hint(null);
    if (there) this.host.toast(`${counted(there, "cross", "crosses")} taken off`, { undo: () => this.host.history.undo() });
    else this.host.say(`You say that there is no ${this.category.name} here`);
    return undefined;
  }

  #more() {
    if (this.host.preview) return;
    if (!this.crosses.full) {
      this.host.hint(`Mark ${this.most} first: ${this.most - this.crosses.list.length} to go`);
      return;
    }
    this.diary.add("more");
    this.host.hint(null);
    this.crosses.say(this.crosses.claim === "more" ? null : "more");
  }

  #full(start) {
    this.host.hint(`${start} Are there more?`, { kind: "plain", action: { text: `More than ${this.most}`, run: () => this.#more() } });
  }

  #update() {
    const { list, claim } = this.crosses;
    this.marks.update(this.#held);
    clear(this.count).append(`${list.length} of ${this.most}`);
    this.noneChip.setAttribute("aria-pressed", String(claim === "none"));
    this.moreChip.setAttribute("aria-pressed", String(claim === "more"));
    this.moreChip.classList.toggle("waits", !this.crosses.full);
    this.host.title(this.title, this.verb);
  }
}

/** What may be needed. */
export const later = [lens];
export const styles = ["photo", "spot"];

/** @param {object} host @returns {Promise<SpotPage>} */
export async function open(host) {
  return new SpotPage(host);
}
