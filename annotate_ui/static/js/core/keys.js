/**
 * One registry of keys: every key has an id, a text for the help sheet, and can be remapped or switched off. Characters
 * never act while somebody types in a field.
 * @module core/keys
 */
import { combo, comboOf, isCharacter, printed } from "./combos.js";
import { el } from "./dom.js";

const STORE = "cocokit.keys";
const FIELD = "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button]), textarea, select, "
  + "[contenteditable=''], [contenteditable=true]";
/** What acts by itself on Enter and Space. */
const ACTS = "button, a[href], summary, input, [role=button], [role=checkbox], [role=radio], [role=menuitem], [role=tab]";

/**
 * @typedef {object} Key
 * @property {string} id "undo", "segment.polygon"
 * @property {string[]} keys default combinations
 * @property {string} text what it does, for the help sheet
 * @property {string} [group] heading in the help sheet
 * @property {(event: KeyboardEvent) => void} [run]
 * @property {() => boolean} [when] acts only then, and goes before a key without one
 * @property {{down: () => void, up: () => void}} [hold] acts while it is held
 */

export class Keys {
  /** @type {Map<string, Key>} */
  #all = new Map();
  /** @type {Map<string, Set<HTMLElement>>} */
  #caps = new Map();
  /** @type {Map<string, Key>} held combination key -> entry */
  #held = new Map();
  #byPointer = false;

  /** @param {{target?: EventTarget|null, storage?: Storage|null}} [where] tests give their own */
  constructor({ target = globalThis.document, storage = globalThis.localStorage } = {}) {
    this.storage = storage;
    const saved = this.#load();
    /** Own combinations by id. @type {Record<string, string[]>} */
    this.own = saved.own ?? {};
    /** Characters do nothing when true; Enter, Escape, arrows and Ctrl go on. */
    this.off = saved.off === true;
    /** Everything waits while true: a sheet is open. */
    this.paused = false;
    target?.addEventListener("keydown", (event) => this.press(event));
    target?.addEventListener("keyup", (event) => this.release(event));
    target?.addEventListener("pointerdown", () => { this.#byPointer = true; }, true);
    globalThis.addEventListener?.("blur", () => this.letGo());
  }

  /**
   * @param {Key} key @returns {() => void} takes it out again
   * @throws {Error} the id is taken, or two keys would act on one combination
   */
  add(key) {
    if (this.#all.has(key.id)) throw new Error(`Two keys are called ${key.id}.`);
    const entry = { ...key, keys: key.keys.map(combo) };
    const clash = entry.keys.map((name) => this.clash(name, entry)).find(Boolean);
    if (clash) throw new Error(`The keys ${key.id} and ${clash.id} both want ${entry.keys.join(", ")}.`);
    this.#all.set(key.id, entry);
    return () => this.remove(key.id);
  }

  /** @param {string} id */
  remove(id) {
    this.#all.delete(id);
    this.#caps.delete(id);
  }

  /** A registry for one page: what is added by it goes when it closes. */
  scope() {
    const removers = new Set();
    const bound = (...names) => Object.fromEntries(names.map((name) => [name, this[name].bind(this)]));
    return {
      ...bound("remove", "list", "of", "cap", "named", "clash"),
      add: (key) => {
        const remove = this.add(key);
        removers.add(remove);
        return remove;
      },
      letters: () => !this.off,
      get off() { return this.all.off; },
      all: this,
      close: () => removers.forEach((remove) => remove()),
    };
  }

  /** @returns {Key[]} */
  list() { return [...this.#all.values()]; }

  /** The combinations that a key has now. @param {string} id @returns {string[]} */
  of(id) { return this.own[id] ?? this.#all.get(id)?.keys ?? []; }

  /**
   * The entry that would act together with `entry` on a combination: both without a `when`.
   * @param {string} name @param {{id: string, when?: Function}} entry @returns {Key|null}
   */
  clash(name, entry) {
    const rival = (k) => k.id !== entry.id && !k.when && this.of(k.id).includes(combo(name));
    return entry.when ? null : this.list().find(rival) ?? null;
  }

  /**
   * Gives a key another combination, for good.
   * @param {string} id @param {string[]|null} names null: the default again
   * @returns {Key|null} the key that has it already; nothing is changed then
   */
  remap(id, names) {
    const entry = this.#all.get(id);
    const clash = (names ?? []).map((name) => entry && this.clash(name, entry)).find(Boolean);
    if (clash) return clash;
    if (names) this.own[id] = names.map(combo);
    else delete this.own[id];
    this.#save();
    return null;
  }

  /** All defaults again. */
  reset() {
    this.own = {};
    this.#save();
  }

  /** @param {boolean} off */
  switchOff(off) {
    this.off = off;
    this.#save();
  }

  /**
   * A keycap that prints the key and keeps pace with remapping.
   * @param {string} id @param {boolean} [drawn] the stylesheet prints it: it is no part of a button's text
   * @returns {HTMLElement}
   */
  cap(id, drawn = false) {
    const node = el("kbd", { "aria-hidden": "true", "data-key": id, class: drawn ? "drawn" : null });
    if (!this.#caps.has(id)) this.#caps.set(id, new Set());
    this.#caps.get(id).add(node);
    this.#print(id, node);
    return node;
  }

  /** "P" for an aria-keyshortcuts or a title. @param {string} id @returns {string} */
  named(id) { return this.of(id).map(printed)[0] ?? ""; }

  /** @param {KeyboardEvent} event */
  press(event) {
    const name = comboOf(event);
    const pointed = this.#byPointer && !["Tab", "Shift+Tab"].includes(name);
    if (!pointed) this.#byPointer = false;
    if (this.paused || event.defaultPrevented || event.isComposing || this.#barred(name, event.target, pointed)) return;
    const entry = this.#find(name);
    if (!entry) return;
    event.preventDefault();
    if (entry.hold) this.#grip(entry, event);
    else entry.run(event);
  }

  /** @param {KeyboardEvent} event */
  release(event) {
    for (const [code, entry] of this.#held) {
      if (code !== (event.code || event.key)) continue;
      this.#held.delete(code);
      entry.hold.up();
    }
  }

  /** Ends every held key: the window has lost the focus. */
  letGo() {
    const held = [...this.#held.values()];
    this.#held.clear();
    held.forEach((entry) => entry.hold.up());
  }

  #grip(entry, event) {
    const code = event.code || event.key;
    if (event.repeat || this.#held.has(code)) return;
    this.#held.set(code, entry);
    entry.hold.down();
  }

  #find(name) {
    const able = this.list().filter((k) => this.of(k.id).includes(name) && (!k.when || k.when()));
    return able.find((k) => k.when) ?? able[0] ?? null;
  }

  /** Whether a combination belongs to what has the focus, or is switched off. */
  #barred(name, target, pointed) {
    const free = name.startsWith("Ctrl+") && name !== "Ctrl+z" && name !== "Ctrl+Shift+z" && name !== "Ctrl+y";
    if (target?.matches?.(FIELD)) return !free && name !== "Escape";
    if (["Enter", "Space"].includes(name) && !pointed && target?.matches?.(ACTS)) return true;
    return this.off && isCharacter(name) && name !== "?";
  }

  #print(id, node) {
    if (node.classList.contains("drawn")) node.dataset.cap = this.named(id);
    else node.textContent = this.named(id);
    node.hidden = this.off && this.of(id).every(isCharacter);
  }

  #load() {
    try {
      return JSON.parse(this.storage?.getItem(STORE) ?? "{}") ?? {};
    } catch {
      return {}; // Storage is forbidden, or holds something else: the defaults serve.
    }
  }

  #save() {
    try {
      this.storage?.setItem(STORE, JSON.stringify({ own: this.own, off: this.off }));
    } catch {
      // Storage is forbidden or full: the choice holds until the page closes.
    }
    for (const [id, nodes] of this.#caps) nodes.forEach((node) => this.#print(id, node));
  }
}
