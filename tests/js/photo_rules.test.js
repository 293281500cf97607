// The rules of a caption: the same sentences as the server's own test reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { refusal, rulesOf, tidied, wordCount } from "../../annotate_ui/static/js/pages/photo/rules.js";

const CASES = JSON.parse(readFileSync(new URL("./captions.json", import.meta.url), "utf8"));

for (const { text, rules, refused } of CASES) {
  test(`the page says what the server says: ${text.slice(0, 40)}`, () => {
    const broken = rulesOf(text).filter((rule) => rule.state === "broken" || rule.state === "doubtful").map((rule) => rule.id);
    if (rulesOf(text)[0].state !== "kept") broken.push("words");
    assert.deepEqual(broken.sort(), rules);
    assert.equal(refusal(text) !== null, refused);
  });
}

test("nothing typed is neither kept nor broken", () => {
  assert.deepEqual(rulesOf("").map((rule) => rule.state), Array(5).fill("open"));
});

test("the count follows the setting", () => {
  assert.equal(rulesOf("a b c", { least_words: 3 })[0].state, "kept");
  assert.match(rulesOf("a b", { least_words: 3 })[0].note, /^2 so far/);
  assert.equal(refusal("a b", { least_words: 3 }), "2 words so far. Write at least 3");
  assert.equal(refusal("a", { least_words: 3 }), "1 word so far. Write at least 3");
});

test("a sentence is one line of composed characters", () => {
  assert.equal(tidied("  a cafe\u0301 \n b\t"), "a caf\u00e9 b");
  assert.equal(wordCount("well-known U.S. brand, 3.5 m"), 5);
});

test("long text is ruled at once", () => {
  const started = performance.now();
  rulesOf(`${"a'".repeat(4000)} ${"There ".repeat(2000)}`);
  assert.ok(performance.now() - started < 100);
});
