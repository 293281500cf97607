/** What the tests share: the fixtures of pycocotools, random numbers with a seed, small masks as text. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/** What make_fixtures.py writes: read from the file FIXTURES, or made now. */
export function fixtures() {
  if (process.env.FIXTURES) return JSON.parse(readFileSync(process.env.FIXTURES, "utf8"));
  const local = join(HERE, "../../.venv/bin/python");
  const python = process.env.PYTHON ?? (existsSync(local) ? local : "python3");
  const folder = mkdtempSync(join(tmpdir(), "fixtures-"));
  try {
    execFileSync(python, [join(HERE, "make_fixtures.py"), join(folder, "made.json")]);
    return JSON.parse(readFileSync(join(folder, "made.json"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Random numbers in [0, 1) that are the same in every run (mulberry32). */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A mask from rows such as "0110". */
export function maskOf(rows) {
  const data = Uint8Array.from(rows.join(""), Number);
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

/** A random mask; `share` of its pixels are foreground. */
export function scattered(next, width, height, share) {
  return { width, height, data: Uint8Array.from({ length: width * height }, () => (next() < share ? 1 : 0)) };
}

/** A whole number from 0 to n - 1. */
export const below = (next, n) => Math.floor(next() * n);
