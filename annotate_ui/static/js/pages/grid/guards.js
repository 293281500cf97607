/** Sentences of the two grid pages: what is asked once before an answer goes, and what is only told. */

/** @param {number} n @param {string} one @param {string} [many] @returns {string} "1 row", "3 rows" */
export const counted = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;

/** @param {string} query what the photos were found with; "" for those of a folder @returns {string[]} what to do; the second is bold */
export const asked = (query) => (query ? ["Keep everyday photos of ", query, ". Remove the rest."]
  : ["Keep everyday photos. Remove what is posed, doubled or useless."]);

/** More than this share removed is asked about once. */
export const MOST = 0.95;

/**
 * @param {number} removed
 * @param {number} of
 * @returns {string|null} what to ask before a filter page goes out; null: nothing
 */
export function filterQuestion(removed, of) {
  if (removed === 0) return `You removed none of the ${of} photos. Send the page if every photo fits.`;
  if (removed > MOST * of) return `You removed ${removed} of the ${of} photos. Send the page if so few fit.`;
  return null;
}

/**
 * @param {number} bad
 * @param {number} of
 * @returns {string|null} what to ask before a verify page goes out
 */
export function verifyQuestion(bad, of) {
  return bad > MOST * of ? `You marked ${bad} of the ${of} outlines as bad. Send the page if so many are wrong.` : null;
}

/** @param {boolean[]} rows @returns {string} "" when every row was looked at */
export function rowsLeft(rows) {
  const left = rows.filter((row) => !row).length;
  return left ? `${counted(left, "row")} not looked at yet` : "";
}

/** @param {{found: number, of: number}|null|undefined} checks @returns {string|null} a count, never which */
export function checksFound(checks) {
  return checks ? `You found ${checks.found} of ${counted(checks.of, "planted bad outline")}` : null;
}
