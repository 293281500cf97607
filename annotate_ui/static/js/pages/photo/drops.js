/**
 * The icons that lie on a photo: at most one of each category, in the order in which they were dropped, and which groups
 * the worker has said have nothing here. Every change is one action of the history.
 * @module pages/photo/drops
 */
import { inside } from "./places.js";

/** @typedef {{id: number, name: string, supercategory?: string, icon?: string|null}} Category */
/** @typedef {{category: Category, at: [number, number]}} Drop */

export class Drops {
  /** @type {Map<number, Drop>} by category */
  #drops = new Map();
  /** @type {Set<string>} groups of which there is nothing here */
  #none = new Set();

  /**
   * @param {{name: string, categories: Category[]}[]} groups in the order in which they are asked
   * @param {{width: number, height: number}} image
   * @param {{do: Function}} history
   */
  constructor(groups, image, history) {
    this.groups = groups;
    this.image = image;
    this.history = history;
    /** @type {Map<number, Category>} */
    this.categories = new Map(groups.flatMap((group) => group.categories.map((c) => [c.id, c])));
    /** Called after each change with the category that changed, or null for all. @type {(category: Category|null) => void} */
    this.onchange = () => {};
    /** Called after it was said, or unsaid, that a group has nothing here. @type {(name: string, said: boolean) => void} */
    this.onnone = () => {};
  }

  /** @returns {Drop[]} in the order of dropping */
  list() { return [...this.#drops.values()]; }

  /** @param {number} id @returns {Drop|null} */
  of(id) { return this.#drops.get(id) ?? null; }

  /** @param {string} name of a group @returns {Drop[]} */
  inGroup(name) {
    const group = this.groups.find((one) => one.name === name);
    return (group?.categories ?? []).map((c) => this.of(c.id)).filter(Boolean);
  }

  /** The group that a category is asked in. @param {number} id @returns {number} its place */
  groupOf(id) { return this.groups.findIndex((group) => group.categories.some((c) => c.id === id)); }

  /** @param {string} name @returns {boolean} */
  isNone(name) { return this.#none.has(name); }

  /**
   * Drops an icon, or moves the one that is there already; one action.
   * @param {number} id of the category @param {[number, number]} at px of the image
   */
  put(id, at) {
    const category = this.categories.get(id);
    const group = this.groups[this.groupOf(id)].name;
    const place = inside(at, this.image);
    const before = this.of(id);
    const none = this.#none.has(group);
    this.history.do({
      name: `${before ? "Move" : "Place"} ${category.name}`,
      redo: () => { this.#set({ category, at: place }); this.#none.delete(group); this.onchange(category); },
      undo: () => {
        if (before) this.#set(before);
        else this.#drops.delete(id);
        if (none) this.#none.add(group);
        this.onchange(category);
      },
    });
  }

  /** Takes an icon away; one action, which puts it back in its turn. @param {number} id */
  remove(id) {
    const before = [...this.#drops];
    const drop = this.of(id);
    if (!drop) return;
    this.history.do({
      name: `Remove ${drop.category.name}`,
      redo: () => { this.#drops.delete(id); this.onchange(drop.category); },
      undo: () => { this.#drops = new Map(before); this.onchange(drop.category); },
    });
  }

  /** Says that there is nothing of a group here. @param {string} name */
  sayNone(name) {
    if (this.#none.has(name)) return;
    const set = (said) => {
      if (said) this.#none.add(name);
      else this.#none.delete(name);
      this.onnone(name, said);
    };
    this.history.do({ name: `Say that there is no ${name}`, redo: () => set(true), undo: () => set(false) });
  }

  /** @returns {{drops: {category_id: number, x: number, y: number}[]}} what is sent */
  payload() {
    return { drops: this.list().map(({ category, at: [x, y] }) => ({ category_id: category.id, x, y })) };
  }

  /** @returns {object} what a draft keeps */
  snapshot() {
    return { ...this.payload(), none: this.groups.map((group) => group.name).filter((name) => this.isNone(name)) };
  }

  /** Takes a draft's state; what the page does not know is left out. @param {any} saved */
  restore(saved) {
    const known = (saved?.drops ?? []).filter((drop) => this.categories.has(drop.category_id));
    this.#drops = new Map(known.map(({ category_id: id, x, y }) =>
      [id, { category: this.categories.get(id), at: inside([x, y], this.image) }]));
    this.#none = new Set((saved?.none ?? []).filter((name) => this.groups.some((group) => group.name === name)));
    this.onchange(null);
  }

  /** A category that is there keeps its turn. @param {Drop} drop */
  #set(drop) { this.#drops.set(drop.category.id, drop); }
}
