/**
 * What groups of categories are called in a sentence.
 * @module pages/photo/words
 */

/** Group -> [things, whether there are several]. */
const THINGS = {
  person: ["people", true],
  "person & accessory": ["people or accessories", true],
  accessory: ["accessories", true],
  vehicle: ["vehicles", true],
  outdoor: ["street things", true],
  animal: ["animals", true],
  sports: ["sports gear", false],
  kitchen: ["kitchenware", false],
  food: ["food", false],
  furniture: ["furniture", false],
  electronic: ["electronics", true],
  appliance: ["appliances", true],
  indoor: ["indoor things", true],
};

/** "Vehicle". @param {string} name @returns {string} */
export const titled = (name) => name.charAt(0).toUpperCase() + name.slice(1);

const thingsOf = (name) => THINGS[name.toLowerCase()] ?? [`${name} things`, true];

/**
 * "Which vehicles are here?"
 * @param {string} name of a group @param {boolean} [short] "Which vehicles?" @returns {string}
 */
export function question(name, short = false) {
  const [things, several] = thingsOf(name);
  if (short) return `Which ${things}?`;
  return `Which ${things} ${several ? "are" : "is"} here?`;
}

/** "No vehicles here" @param {string} name @returns {string} */
export const noneOf = (name) => `No ${thingsOf(name)[0]} here`;

/** "3 kinds" @param {number} n @param {string} one @param {string} [many] @returns {string} */
export const counted = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** "a", "an" before a name @param {string} name @returns {string} */
export const withArticle = (name) => `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;

/** "a, b and c" @param {string[]} names @returns {string} */
export const listed = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
