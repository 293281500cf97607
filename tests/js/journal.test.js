/** The journal on a small IndexedDB of our own and on memory; drafts, outbox and API against a server that fails. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, Offline, Refusal } from "../../annotate_ui/static/js/core/api.js";
import { Drafts } from "../../annotate_ui/static/js/core/drafts.js";
import { Journal, printOf } from "../../annotate_ui/static/js/core/journal.js";
import { Outbox } from "../../annotate_ui/static/js/core/outbox.js";
import { MemoryStore } from "../../annotate_ui/static/js/core/memory.js";
import { openStore } from "../../annotate_ui/static/js/core/stores.js";

/** As much of IndexedDB as the journal asks for; what is put in stays in `tables`, as on a disk. */
function fakeFactory(tables = {}) {
  const later = (result) => {
    const request = { result };
    queueMicrotask(() => request.onsuccess?.());
    return request;
  };
  const base = {
    createObjectStore: (name) => { tables[name] ??= new Map(); },
    transaction: () => ({ objectStore: (name) => ({
      get: (key) => later(structuredClone(tables[name].get(key))), put: (value, key) => later(tables[name].set(key, structuredClone(value))),
      delete: (key) => later(tables[name].delete(key)), getAll: () => later([...tables[name].values()].map((v) => structuredClone(v))) }) }),
  };
  return { open: () => {
    const request = { result: base };
    queueMicrotask(() => { if (!tables.drafts) request.onupgradeneeded?.(); request.onsuccess(); });
    return request;
  } };
}

const task = (id, more = {}) => ({ id, stage: "segment", training: false, draft: null, work: { spot: [1, 2], image: { url: "/a?1" } }, ...more });
const quick = { wait: async () => {} };

/** A server of answers: each request takes the next one; a function may look at it. */
function server(...answers) {
  const seen = [];
  const send = async (url, options) => {
    seen.push({ url, ...options, body: options.body && JSON.parse(options.body) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === "lost") throw new TypeError("fetch failed");
    const [status, body, headers = {}] = typeof answer === "function" ? answer(seen.at(-1)) : answer;
    return new Response(JSON.stringify(body), { status, headers });
  };
  return { send, seen };
}

for (const [name, open] of [["memory", async () => new MemoryStore()], ["IndexedDB", () => openStore(fakeFactory())]]) {
  test(`${name}: the newest state is kept until the receipt`, async () => {
    const journal = new Journal(await open(), "me");
    const one = task("a");
    journal.keep(one, { client_id: "c", version: 0, data: 1 });
    journal.keep(one, { client_id: "c", version: 0, data: 2 });
    assert.equal((await journal.kept(one)).data, 2);
    assert.equal((await journal.kept(task("a", { work: { spot: [1, 2], image: { url: "/a?2" } } }))).data, 2);
    assert.equal(await journal.kept(task("a", { work: { spot: [9, 9] } })), undefined);
    await journal.post(one, { client_id: "c", payload: {} });
    assert.equal((await journal.unsent()).length, 1);
    await journal.sent((await journal.unsent())[0]);
    assert.equal(await journal.kept(one), undefined);
    assert.deepEqual(await journal.unsent(), []);
  });
}

test("it is there after the page has closed, and for nobody else", async () => {
  const disk = {};
  await new Journal(await openStore(fakeFactory(disk)), "me").keep(task("a"), { client_id: "c", version: 3, data: "drawn" });
  const later = await openStore(fakeFactory(disk));
  assert.equal((await new Journal(later, "me").kept(task("a"))).data, "drawn");
  assert.equal(await new Journal(later, "you").kept(task("a")), undefined);
});

test("a browser that forbids storage gets memory", async () => {
  const store = await openStore({ open: () => { throw new Error("SecurityError"); } });
  assert.equal(store.lasting, false);
});

test("old work is forgotten after a week", async () => {
  const store = new MemoryStore();
  const journal = new Journal(store, "me");
  await store.put("drafts", "old", { key: "old", at: Date.now() - 8 * 86_400_000 });
  await journal.keep(task("new"), { client_id: "c", version: 0, data: 1 });
  await journal.tidy();
  assert.equal((await store.all("drafts")).length, 1);
});

test("prints differ with the work, not with the addresses of pictures", () => {
  assert.equal(printOf(task("a")), printOf(task("b", { work: { spot: [1, 2], image: { url: "/else" } } })));
  assert.notEqual(printOf(task("a")), printOf(task("a", { stage: "crowd" })));
});

test("the API tries again, waits as long as it is told, and gives up", async () => {
  const waits = [];
  const net = server("lost", [503, {}, { "Retry-After": "2" }], [200, { state: "none", now: Date.now() + 5000 }]);
  const api = new Api({ prefix: "/api", entry: "e", send: net.send, wait: async (ms) => { waits.push(ms); } });
  assert.equal((await api.next()).state, "none");
  assert.equal(net.seen.length, 3);
  assert.ok(waits[1] >= 2000);
  assert.ok(Math.abs(api.ahead - 5000) < 500);
  const states = [];
  const down = new Api({ prefix: "/api", entry: "e", send: server("lost").send, ...quick });
  down.onstate = (online) => states.push(online);
  await assert.rejects(down.next(), Offline);
  assert.deepEqual(states, [false]);
});

test("a token that is over is renewed once, by however many requests", async () => {
  let good = "old";
  let joins = 0;
  const net = server(({ url, headers }) => {
    if (url.endsWith("/join")) { joins += 1; good = "new"; return [200, { token: "new" }]; }
    return headers.Authorization === `Bearer ${good}` && good === "new" ? [200, { assignments: [] }] : [401, { error: { code: "token", sentence: "Over." } }];
  });
  const api = new Api({ prefix: "/api", entry: "e", send: net.send, ...quick });
  api.token = "old";
  await Promise.all([api.mine(), api.mine(), api.mine()]);
  assert.equal(joins, 1);
});

test("a refusal is told at once, in the server's words", async () => {
  const net = server([422, { error: { code: "refused", sentence: "The outline crosses itself." } }]);
  const api = new Api({ prefix: "/api", entry: "e", send: net.send, ...quick });
  await assert.rejects(api.submit("a", {}), (error) => error instanceof Refusal && error.message === "The outline crosses itself.");
  assert.equal(net.seen.length, 1);
});

test("what waits goes out when the server is back; what it will not take is told and dropped", async () => {
  const journal = new Journal(new MemoryStore(), "me");
  for (const id of ["a", "b"]) await journal.post(task(id), { client_id: id, payload: {} });
  const told = [];
  const up = server(({ url }) => (url.includes("/a/") ? [409, { error: { code: "gone", sentence: "Gone." } }] : [200, { next: {} }]));
  const down = server("lost");
  const api = new Api({ prefix: "/api", entry: "e", send: down.send, ...quick });
  const outbox = new Outbox(api, journal, { onrefused: (refusal) => told.push(refusal.message), onempty: () => told.push("empty") });
  assert.equal(await outbox.flush(), false);
  await outbox.add();
  assert.equal(outbox.words, "2 answers wait");
  api.send = up.send;
  assert.equal(await outbox.flush(), true);
  assert.deepEqual(told, ["Gone.", "empty"]);
  assert.deepEqual(await journal.unsent(), []);
  await outbox.flush();
  assert.equal(told.length, 2);
});

/** Drafts of a task against a server. */
function drafting(net, state = () => ({ page: 1 })) {
  const told = [];
  const journal = new Journal(new MemoryStore(), "me");
  const api = new Api({ prefix: "/api", entry: "e", send: net.send, ...quick });
  const drafts = new Drafts({ api, journal, task: task("a"), version: 4, clientId: "c", state, onstate: (how) => told.push(how), onrefused: (r) => told.push(r.code) });
  return { drafts, journal, told };
}

test("a draft is in the journal at once and on the server when it is saved", async () => {
  const net = server([200, { version: 5, expires_at: 1 }]);
  const { drafts, journal, told } = drafting(net);
  drafts.changed();
  drafts.changed();
  await new Promise((done) => { setTimeout(done, 5); });
  assert.deepEqual((await journal.kept(drafts.task)).data, { page: 1 });
  await drafts.save();
  assert.deepEqual(net.seen.map((one) => one.body.version), [4]);
  assert.deepEqual([drafts.version, (await journal.kept(drafts.task)).version, drafts.task.draft.version], [5, 5, 5]);
  assert.deepEqual(told, ["saved"]);
  await drafts.save();
  assert.equal(net.seen.length, 1);
  drafts.close();
});

test("another tab's newer draft is told; our own, whose answer was lost, is not", async () => {
  const stale = (page) => [409, { error: { code: "stale", sentence: "Another tab.", version: 9, data: { page } } }];
  const other = drafting(server(stale("other")));
  other.drafts.changed();
  await other.drafts.save();
  assert.deepEqual(other.told, ["stale"]);
  other.drafts.close();
  const own = drafting(server(stale(1)));
  own.drafts.changed();
  await own.drafts.save();
  assert.deepEqual([own.told, own.drafts.version], [["saved"], 9]);
  own.drafts.close();
});

test("offline, the draft waits and is tried again", async () => {
  const net = server("lost");
  const { drafts, told } = drafting(net);
  drafts.changed();
  await drafts.save();
  assert.deepEqual(told, ["offline"]);
  await drafts.save();
  assert.equal(told.length, 2);
  drafts.close();
});
