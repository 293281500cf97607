/**
 * What a sentence about a photo must be, as the worker types. It mirrors cocokit/pipeline/captions.py; the server decides.
 * @module pages/photo/rules
 */

const WORD = /[\p{L}\p{N}]+(?:['\-.&][\p{L}\p{N}]+)*/gu;
/** A word's edge as Python has it: JavaScript's own only knows the letters of ASCII. */
const EDGE = String.raw`(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_]))`;
const hint = (source) => new RegExp(source.replaceAll("\\b", EDGE).replaceAll("\\w", "[\\p{L}\\p{N}_]"), "iu");

const THERE = hint(String.raw`^[^\p{L}\p{N}_]*there(?:'s|'re|\s+(?:is|are|was|were|isn't|aren't))\b`);
const FUTURE = hint(String.raw`\b(?:will|shall|won't|\w+'ll|tomorrow|soon|(?:is|are|'s|'re) (?:about|going) to)\b`);
const PAST = hint(String.raw`\b(?:was|were|wasn't|weren't|had|did|didn't|used to|yesterday|ago|earlier)\b`);
const SPEECH = hint(String.raw`\b(?:says?|said|saying|tells?|told|asks?|asked|asking|replie[sd]|thinks?|thought|thinking|wonders?)\b|[:,]\s*"`);

/**
 * The sentence as the server keeps it: one line, composed characters.
 * @param {string} text @returns {string}
 */
export const tidied = (text) => text.split(/\s+/u).filter(Boolean).join(" ").normalize("NFC");

/** @param {string} text @returns {string} straight quotes */
const plain = (text) => tidied(text).replaceAll("\u2019", "'").replaceAll("\u201c", '"').replaceAll("\u201d", '"');

/** @param {string} text @returns {number} */
export const wordCount = (text) => (plain(text).match(WORD) ?? []).length;

/** Capitalised words inside a sentence, each once. @param {string} text plain @returns {string[]} */
function names(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const opens = end === 0 || /[.!?:;]/.test(text.slice(end, match.index));
    const [first, second = ""] = [...word];
    if (!opens && /\p{Lu}/u.test(first) && /\p{Ll}/u.test(second) && !found.includes(word)) found.push(word);
    end = match.index + word.length;
  }
  return found;
}

/**
 * @typedef {object} Rule
 * @property {"words"|"opening"|"names"|"time"|"speech"} id
 * @property {"open"|"kept"|"broken"|"doubtful"} state open: not yet; broken: the server would refuse; doubtful: a hint only
 * @property {string} text what is asked
 * @property {string} note what is wrong, or the count so far; "" if nothing is
 */

/**
 * The five rules over a sentence.
 * @param {string} text @param {{least_words?: number}} [settings]
 * @returns {Rule[]} always the same five, in the same order
 */
export function rulesOf(text, { least_words: least = 8 } = {}) {
  const said = plain(text);
  const count = wordCount(said);
  const typed = count > 0;
  const doubt = (id, ask, found, why) => ({
    id, text: ask, state: found ? "doubtful" : typed ? "kept" : "open", note: found ? why : "",
  });
  const time = FUTURE.exec(said) ?? PAST.exec(said);
  const speech = SPEECH.exec(said);
  const called = names(said);
  const there = THERE.test(said);
  return [
    { id: "words", text: `At least ${least} words`, state: count >= least ? "kept" : "open", note: typed ? `${count} so far` : "" },
    { id: "opening", text: "Begins with what is seen", state: there ? "broken" : typed ? "kept" : "open",
      note: there ? "Not \u201cThere is\u201d" : "" },
    doubt("names", "No names", called.length, `${called.join(", ")} may be a name; say who or what it is`),
    doubt("time", "Only what is seen now", time, `\u201c${time?.[0]}\u201d may tell of ${FUTURE.test(said) ? "the future" : "the past"}`),
    doubt("speech", "No speech, no thoughts", speech, `\u201c${speech?.[0]}\u201d may be speech or thought`),
  ];
}

/**
 * Why the server would refuse a sentence, or null.
 * @param {string} text @param {{least_words?: number}} [settings] @returns {string|null} for the worker
 */
export function refusal(text, settings = {}) {
  const [words, opening] = rulesOf(text, settings);
  const count = wordCount(text);
  if (words.state !== "kept") return `${count} ${count === 1 ? "word" : "words"} so far. Write at least ${settings.least_words ?? 8}`;
  return opening.state === "broken" ? "Begin with what is seen, not with \u201cThere is\u201d" : null;
}
