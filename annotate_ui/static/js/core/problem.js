/**
 * Why an answer can't be sent yet.
 * @module core/problem
 */

export class Problem extends Error {
  /**
   * @param {string} sentence what is wrong and what to do, for the worker
   * @param {unknown} [where] what to point at: a node, [x, y] px of the image, or a page's own word
   */
  constructor(sentence, where = null) {
    super(sentence);
    this.name = "Problem";
    this.sentence = sentence;
    this.where = where;
  }
}
