/**
 * Which categories a few typed letters mean: those that begin with them first, then those with a word that does, then those
 * that have them somewhere.
 * @module pages/photo/match
 */

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** @param {string} name @param {string} typed both plain @returns {number} 0 is best; -1: no match */
function rank(name, typed) {
  if (name === typed) return 0;
  if (name.startsWith(typed)) return 1;
  if (name.includes(` ${typed}`)) return 2;
  return name.includes(typed) ? 3 : -1;
}

/**
 * @template {{name: string}} T
 * @param {string} typed @param {T[]} categories @param {number} [most]
 * @returns {T[]} best first; those of one rank in their own order; all of them if nothing is typed
 */
export function matching(typed, categories, most = Infinity) {
  const wanted = plain(typed);
  if (!wanted) return categories.slice(0, most);
  const ranked = categories.map((category, i) => ({ category, i, rank: rank(plain(category.name), wanted) }));
  const found = ranked.filter((one) => one.rank >= 0).sort((a, b) => a.rank - b.rank || a.i - b.i);
  return found.slice(0, most).map((one) => one.category);
}

/** The letters for a category that has no icon. @param {string} name @returns {string} "Ax", "Rp" or "?" */
export function letters(name) {
  const words = name.split(/[\s_-]+/).map((word) => word.replace(/[^\p{L}\p{N}]/gu, "")).filter(Boolean).map((w) => [...w]);
  const two = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? ["?"]).slice(0, 2).join("");
  return two.charAt(0).toUpperCase() + two.slice(1).toLowerCase();
}
