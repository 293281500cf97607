// Typed letters find categories, and groups read well in a sentence.
import assert from "node:assert/strict";
import { test } from "node:test";

import { letters, matching } from "../../annotate_ui/static/js/pages/photo/match.js";
import { counted, listed, noneOf, question, titled, withArticle } from "../../annotate_ui/static/js/pages/photo/words.js";

const NAMES = ["car", "motorcycle", "carrot", "teddy bear", "bear", "oven", "microwave", "hot dog", "dog", "street sign", "stop sign"];
const categories = NAMES.map((name, id) => ({ id, name }));
const found = (typed, most) => matching(typed, categories, most).map((category) => category.name);

test("the whole name comes first, then beginnings, then words, then the rest", () => {
  assert.deepEqual(found("car"), ["car", "carrot"]);
  assert.deepEqual(found("bear"), ["bear", "teddy bear"]);
  assert.deepEqual(found("dog"), ["dog", "hot dog"]);
  assert.deepEqual(found("s"), ["street sign", "stop sign"]);
  assert.deepEqual(found("ve"), ["oven", "microwave"].filter((name) => name.includes("ve")));
  assert.equal(found("mo")[0], "motorcycle");
});

test("case, accents and dashes do not matter; nothing typed is everything", () => {
  assert.deepEqual(found("  HOT-dóg "), ["hot dog"]);
  assert.equal(found("").length, NAMES.length);
  assert.deepEqual(found("", 2), ["car", "motorcycle"]);
  assert.deepEqual(found("zzz"), []);
});

test("a category without an icon has letters", () => {
  assert.deepEqual(["axolotl", "red panda", "\u20ac", "x", "\u00e9lan"].map(letters), ["Ax", "Rp", "?", "X", "\u00c9l"]);
});

test("groups read well", () => {
  assert.equal(question("vehicle"), "Which vehicles are here?");
  assert.equal(question("food"), "Which food is here?");
  assert.equal(noneOf("vehicle"), "No vehicles here");
  assert.equal(noneOf("reef"), "No reef things here");
  assert.equal(titled("person & accessory"), "Person & accessory");
  assert.equal(counted(1, "kind"), "1 kind");
  assert.equal(counted(0, "kind"), "0 kinds");
  assert.equal(withArticle("apple"), "an apple");
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
});
