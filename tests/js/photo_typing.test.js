// Text as actions: what is typed in one go is one action, a pause begins another, a paste is its own.
import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../annotate_ui/static/js/core/history.js";
import { Diary } from "../../annotate_ui/static/js/pages/photo/diary.js";
import { Held } from "../../annotate_ui/static/js/pages/photo/held.js";
import { Typing } from "../../annotate_ui/static/js/pages/photo/typing.js";

function fresh() {
  const history = new History();
  const field = { text: "", now: 0, grown: 0 };
  const typing = new Typing(history, (text) => { field.text = text; }, { clock: () => field.now, grown: () => { field.grown += 1; } });
  const type = (text, ms = 100) => {
    for (let i = 1; i <= text.length; i += 1) {
      field.now += ms;
      typing.type(typing.text + text[i - 1]);
    }
  };
  return { history, typing, field, type };
}

test("one go is one action, and every letter is told", () => {
  const { history, typing, field, type } = fresh();
  type("A dog runs");
  assert.equal(history.length, 1);
  assert.equal(field.grown, 9);
  history.undo();
  assert.equal(typing.text, "");
  history.redo();
  assert.equal(field.text, "A dog runs");
});

test("a pause, a long go and erasing each begin another action", () => {
  const { history, typing, field, type } = fresh();
  type("A dog ");
  field.now += 2000;
  type("runs");
  assert.equal(history.length, 2);
  typing.type("A dog run");
  assert.equal(history.length, 3);
  assert.deepEqual([history.undo(), typing.text][1], "A dog runs");
  const long = fresh();
  long.type("A brown dog leaps over a low wooden fence near the barn");
  assert.ok(long.history.length >= 2 && long.history.length <= 4);
});

test("a paste is an action of its own", () => {
  const { history, typing, type } = fresh();
  type("A ");
  typing.type("A pasted text", { whole: true });
  type("!");
  assert.equal(history.length, 3);
  history.undo();
  history.undo();
  assert.equal(typing.text, "A ");
});

test("after undo, typing begins anew", () => {
  const { history, typing, type } = fresh();
  type("abc");
  history.undo();
  type("x");
  assert.equal(history.length, 1);
  assert.equal(history.canRedo, false);
  assert.equal(typing.text, "x");
});

test("a diary only grows, has an end, and goes on where a draft ended", () => {
  let now = 5;
  const diary = new Diary(() => now);
  diary.add("put", { x: 1 });
  now = 105;
  diary.add("move");
  assert.deepEqual(diary.rows, [{ t: 0, do: "put", x: 1 }, { t: 100, do: "move" }]);
  const again = new Diary(() => now);
  again.restore(diary.rows);
  now += 50;
  again.add("remove");
  assert.equal(again.rows.at(-1).t, 150);
  for (let i = 0; i < 5000; i += 1) again.add("type");
  assert.equal(again.rows.length, 2000);
  again.restore("nonsense");
  assert.deepEqual(again.rows, []);
});

test("a held key acts while it is down, a tapped one until the next tap", () => {
  let now = 0;
  const said = [];
  const held = new Held((on) => said.push(on), () => now);
  held.down();
  now += 1000;
  held.up();
  assert.equal(held.on, false);
  held.down();
  now += 50;
  held.up();
  assert.equal(held.on, true);
  held.down();
  now += 50;
  held.up();
  assert.equal(held.on, false);
});
