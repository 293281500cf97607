/** Keys: names, conflicts, fields, holding, remapping, the off switch. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { combo, comboOf, isCharacter, printed } from "../../annotate_ui/static/js/core/combos.js";
import { Keys } from "../../annotate_ui/static/js/core/keys.js";

/** A place to remember that lives as long as the test. */
function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

function event(key, more = {}) {
  return { key, code: key, target: null, defaultPrevented: false, preventDefault() { this.defaultPrevented = true; }, ...more };
}

/** Something that has the focus; `kind` is "field" or "button". */
const focused = (kind) => ({ matches: (selector) => selector.includes(kind === "field" ? "textarea" : "[role=button]") && (kind === "field") === selector.includes("textarea") });

function setUp() {
  const keys = new Keys({ target: null, storage: storage() });
  const done = [];
  const add = (id, names, more) => keys.add({ id, keys: names, text: id, run: () => done.push(id), ...more });
  return { keys, done, add };
}

test("combinations have one name each", () => {
  const of = (key, more) => comboOf(event(key, more));
  assert.equal(of("Z", { shiftKey: true }), "Shift+z");
  assert.equal(of("z", { metaKey: true }), "Ctrl+z");
  assert.equal(of("?", { shiftKey: true }), "?");
  assert.equal(of(" "), "Space");
  assert.equal(of("+"), "+");
  assert.equal(of("ArrowUp", { shiftKey: true }), "Shift+ArrowUp");
  assert.equal(combo("shift+ctrl+Z"), "Ctrl+Shift+z");
  assert.equal(combo("Ctrl++"), "Ctrl++");
  assert.equal(printed("Shift+z"), "⇧Z");
  assert.equal(printed("Ctrl+Enter"), "Ctrl ↵");
  assert.deepEqual(["x", "Shift+x", "?", "Ctrl+x", "Enter", "Space"].map(isCharacter), [true, true, true, false, false, false]);
});

test("two keys on one combination are refused, unless one says when", () => {
  const { keys, done, add } = setUp();
  add("one", ["x"]);
  assert.throws(() => add("two", ["X"]), /both want/);
  assert.throws(() => add("one", ["y"]), /Two keys/);
  let now = false;
  add("three", ["x"], { when: () => now });
  keys.press(event("x"));
  now = true;
  keys.press(event("x"));
  assert.deepEqual(done, ["one", "three"]);
});

test("characters do nothing in a field, and Enter on a button is the button's", () => {
  const { keys, done, add } = setUp();
  add("x", ["x"]);
  add("enter", ["Enter", "Ctrl+Enter"]);
  add("escape", ["Escape"]);
  add("undo", ["Ctrl+z"]);
  keys.press(event("x", { target: focused("field") }));
  keys.press(event("Enter", { target: focused("field") }));
  keys.press(event("z", { ctrlKey: true, target: focused("field") }));
  keys.press(event("Enter", { target: focused("button") }));
  assert.deepEqual(done, []);
  keys.press(event("Enter", { ctrlKey: true, target: focused("field") }));
  keys.press(event("Escape", { target: focused("field") }));
  keys.press(event("x", { target: focused("button") }));
  assert.deepEqual(done, ["enter", "escape", "x"]);
});

test("a held key ends when it is let go or the window loses the focus", () => {
  const { keys, add } = setUp();
  const told = [];
  add("hide", ["h"], { run: undefined, hold: { down: () => told.push("down"), up: () => told.push("up") } });
  keys.press(event("h"));
  keys.press(event("h", { repeat: true }));
  keys.release(event("h"));
  keys.press(event("h"));
  keys.letGo();
  keys.release(event("h"));
  assert.deepEqual(told, ["down", "up", "down", "up"]);
});

test("remapping is kept, conflicts are told and change nothing", () => {
  const place = storage();
  const keys = new Keys({ target: null, storage: place });
  keys.add({ id: "a", keys: ["a"], text: "A", run() {} });
  keys.add({ id: "b", keys: ["b"], text: "B", run() {} });
  assert.equal(keys.remap("a", ["b"]).id, "b");
  assert.deepEqual(keys.of("a"), ["a"]);
  assert.equal(keys.remap("a", ["Q"]), null);
  const again = new Keys({ target: null, storage: place });
  let pressed = 0;
  again.add({ id: "a", keys: ["a"], text: "A", run: () => { pressed += 1; } });
  again.press(event("a"));
  again.press(event("q"));
  assert.equal(pressed, 1);
  again.reset();
  again.press(event("a"));
  assert.equal(pressed, 2);
});

test("switched off, characters wait and the rest acts; the help sheet still opens", () => {
  const { keys, done, add } = setUp();
  add("x", ["x"]);
  add("undo", ["z", "Ctrl+z"]);
  add("help", ["?"]);
  keys.switchOff(true);
  for (const one of [event("x"), event("z"), event("z", { ctrlKey: true }), event("?")]) keys.press(one);
  assert.deepEqual(done, ["undo", "help"]);
});

test("what a page adds goes when the page closes", () => {
  const { keys, done } = setUp();
  const scope = keys.scope();
  scope.add({ id: "page", keys: ["p"], text: "P", run: () => done.push("page") });
  keys.press(event("p"));
  scope.close();
  keys.press(event("p"));
  assert.deepEqual(done, ["page"]);
  keys.add({ id: "page", keys: ["p"], text: "P", run() {} });
});
