/**
 * The crosses of one category on a photo, numbered in the order in which they were put, and what the worker says of the
 * count. Every change is one action of the history.
 * @module pages/photo/crosses
 */
import { distance, inside, pixelOf } from "./places.js";

/** Two crosses nearer than this are probably one instance, px of the image. */
export const NEAR = 6;
/** What may be said of the count. */
export const CLAIMS = ["all", "none", "more"];

/** @typedef {{key: number, at: [number, number]}} Cross */

export class Crosses {
  /** @type {Cross[]} */
  #list = [];
  #next = 1;
  /** @type {"all"|"none"|"more"|null} */
  #claim = null;

  /** @param {{width: number, height: number}} image @param {number} most @param {{do: Function}} history */
  constructor(image, most, history) {
    this.image = image;
    this.most = most;
    this.history = history;
    /** Called after each change. @type {() => void} */
    this.onchange = () => {};
  }

  /** @returns {readonly Cross[]} number 1 first */
  get list() { return this.#list; }

  get full() { return this.#list.length >= this.most; }

  /** What the worker says of the count, or null. */
  get claim() { return this.#claim; }

  /** The number on a cross. @param {number} key @returns {number} */
  numberOf(key) { return this.#list.findIndex((cross) => cross.key === key) + 1; }

  /** @param {number} key @returns {Cross|null} */
  of(key) { return this.#list.find((cross) => cross.key === key) ?? null; }

  /**
   * Puts a cross, unless there is one on that pixel or there are as many as may be.
   * @param {[number, number]} at px of the image @returns {"put"|"full"|"taken"}
   */
  put(at) {
    const place = inside(at, this.image);
    if (this.full) return "full";
    if (this.#taken(place, null)) return "taken";
    const key = this.#next++;
    this.#change("Put a cross", [...this.#list, { key, at: place }]);
    return "put";
  }

  /** @param {number} key @param {[number, number]} at @returns {"moved"|"taken"} */
  move(key, at) {
    const place = inside(at, this.image);
    if (this.#taken(place, key)) return "taken";
    const name = `Move cross ${this.numberOf(key)}`;
    this.#change(name, this.#list.map((cross) => (cross.key === key ? { key, at: place } : cross)));
    return "moved";
  }

  /** @param {number} key */
  remove(key) {
    if (!this.of(key)) return;
    this.#change(`Remove cross ${this.numberOf(key)}`, this.#list.filter((cross) => cross.key !== key));
  }

  /** Says something of the count, or with null nothing. @param {"all"|"none"|"more"|null} claim */
  say(claim) {
    const name = { all: "Say that all are marked", none: "Say that there is none", more: "Say that there are more" };
    if (claim !== this.#claim) this.#change(name[claim] ?? "Say nothing of the count", this.#list, claim);
  }

  /** Takes all crosses away and says that there is none: one action. */
  clear() { this.#change("Say that there is none", [], "none"); }

  /** The nearest cross within a distance, and not `key` itself. @param {[number, number]} at @param {number} within px */
  near(at, within = NEAR, key = null) {
    const others = this.#list.filter((cross) => cross.key !== key && distance(cross.at, at) <= within);
    return others.sort((a, b) => distance(a.at, at) - distance(b.at, at))[0] ?? null;
  }

  /** Pairs of numbers of crosses that lie nearer than `NEAR`. @returns {[number, number][]} */
  close() {
    const pairs = [];
    this.#list.forEach((a, i) => this.#list.slice(0, i).forEach((b, j) => {
      if (distance(a.at, b.at) < NEAR) pairs.push([j + 1, i + 1]);
    }));
    return pairs;
  }

  /** @returns {{points: [number, number][]}} what is sent */
  payload() { return { points: this.#list.map((cross) => [...cross.at]) }; }

  /** @returns {object} what a draft keeps */
  snapshot() { return { ...this.payload(), claim: this.#claim }; }

  /** @param {any} saved */
  restore(saved) {
    const points = (saved?.points ?? []).slice(0, this.most);
    this.#list = points.map((at) => ({ key: this.#next++, at: inside(at, this.image) }));
    this.#claim = CLAIMS.includes(saved?.claim) ? saved.claim : null;
    this.onchange();
  }

  #taken(place, key) {
    const pixel = pixelOf(place, this.image);
    return this.#list.some((cross) => cross.key !== key && pixelOf(cross.at, this.image) === pixel);
  }

  /** What was said of the count goes with the crosses that it was said of. */
  #change(name, list, claim = null) {
    const before = [this.#list, this.#claim];
    const set = ([crosses, said]) => { this.#list = crosses; this.#claim = said; this.onchange(); };
    this.history.do({ name, redo: () => set([list, claim]), undo: () => set(before) });
  }
}
