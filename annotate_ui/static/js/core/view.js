/**
 * Where the photo lies in the stage: pure sums, no page. Image coordinates are px of the upright original, the origin
 * is the outer corner of its top-left pixel; screen coordinates are CSS px from the stage's top-left corner.
 * @module core/view
 */

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
/** So much of the photo stays in the stage, CSS px. */
const KEEP = 64;
/** CSS px per image px at most: a pixel as large as a fingertip. */
const MOST = 40;
/** One event of a wheel or trackpad changes the scale by this factor at most. */
export const STEP = 1.25;

export class View {
  /** @param {number} width px of the image @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.stage = [width, height];
    /** Free room that floats take, CSS px. */
    this.inset = { left: 0, right: 0, top: 0, bottom: 0 };
    /** CSS px per image px. */
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** A locked view pans, but does not zoom by wheel or pinch. */
    this.locked = false;
    /** What `fit` or `zoomTo` asked for; a new size of the stage asks again until the worker moves the view. */
    this.goal = () => this.fit();
  }

  /** The scale at which all of the photo is seen. @returns {number} */
  get fitScale() {
    const [width, height] = this.#room();
    return Math.min(width / this.width, height / this.height);
  }

  get leastScale() { return Math.min(this.fitScale * 0.5, 1); }

  get mostScale() { return Math.max(MOST, this.fitScale); }

  /** @param {[number, number]} at px of the image @returns {[number, number]} */
  toScreen([x, y]) { return [x * this.scale + this.x, y * this.scale + this.y]; }

  /** @param {[number, number]} screen @returns {[number, number]} px of the image, not clamped */
  toImage([x, y]) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }

  /**
   * The stage has another size: what was in its middle stays there.
   * @param {number} width CSS px @param {number} height
   */
  resize(width, height) {
    const middle = this.toImage([this.stage[0] / 2, this.stage[1] / 2]);
    this.stage = [Math.max(width, 1), Math.max(height, 1)];
    this.scale = clamp(this.scale, this.leastScale, this.mostScale);
    if (this.goal) this.goal();
    else this.#centre(middle);
  }

  /** All of the photo, in the middle. */
  fit() { this.zoomTo([0, 0, this.width, this.height], 0); }

  /**
   * Shows a box in the middle, or as near to it as leaves no room beside the photo; never smaller than `fit`.
   * @param {[number, number, number, number]} box x, y, width, height, px of the image
   * @param {number} [margin] share of the box's size that is added on each side
   */
  zoomTo([x, y, width, height], margin = 0.25) {
    this.goal = () => this.zoomTo([x, y, width, height], margin);
    const [free, high] = this.#room();
    this.scale = clamp(Math.min(free / width, high / height) / (1 + 2 * margin), this.fitScale, this.mostScale);
    const inside = (at, room, all) => clamp(at, room = Math.min(room / this.scale, all) / 2, all - room);
    this.#centre([inside(x + width / 2, free, this.width), inside(y + height / 2, high, this.height)]);
  }

  /**
   * The point of the image under `about` stays under it.
   * @param {number} factor @param {[number, number]} [about] screen; the middle of the stage if not given
   */
  zoomBy(factor, about = [this.stage[0] / 2, this.stage[1] / 2]) {
    this.goal = null;
    const scale = clamp(this.scale * factor, this.leastScale, this.mostScale);
    const [x, y] = this.toImage(about);
    this.scale = scale;
    this.x = about[0] - x * scale;
    this.y = about[1] - y * scale;
    this.#keep();
  }

  /** @param {number} dx CSS px @param {number} dy */
  panBy(dx, dy) {
    this.goal = null;
    this.x += dx;
    this.y += dy;
    this.#keep();
  }

  /** Pans no more than it takes to see a point. @param {[number, number]} at px of the image @param {number} [edge] */
  show(at, edge = 24) {
    const [x, y] = this.toScreen(at);
    const [width, height] = this.stage;
    const away = [clamp(x, edge, width - edge) - x, clamp(y, edge, height - edge) - y];
    if (away[0] || away[1]) this.panBy(...away);
  }

  /** What is seen: x, y, width, height, px of the image, inside the image. */
  get seen() {
    const [left, top] = this.toImage([0, 0]);
    const [right, bottom] = this.toImage(this.stage);
    const x = clamp(left, 0, this.width);
    const y = clamp(top, 0, this.height);
    return [x, y, clamp(right, 0, this.width) - x, clamp(bottom, 0, this.height) - y];
  }

  #room() {
    const { left, right, top, bottom } = this.inset;
    return [Math.max(this.stage[0] - left - right, 1), Math.max(this.stage[1] - top - bottom, 1)];
  }

  /** @param {[number, number]} at px of the image that comes to the middle of the free room */
  #centre([x, y]) {
    const [width, height] = this.#room();
    this.x = this.inset.left + width / 2 - x * this.scale;
    this.y = this.inset.top + height / 2 - y * this.scale;
    this.#keep();
  }

  #keep() {
    const across = Math.min(KEEP, this.width * this.scale);
    const down = Math.min(KEEP, this.height * this.scale);
    this.x = clamp(this.x, across - this.width * this.scale, this.stage[0] - across);
    this.y = clamp(this.y, down - this.height * this.scale, this.stage[1] - down);
  }
}

/**
 * The factor of one wheel event with Ctrl, as trackpads send it for a pinch: exponential, and clamped, so that no device
 * jumps.
 * @param {number} delta deltaY @param {number} mode deltaMode: 0 px, 1 lines, 2 pages
 * @returns {number}
 */
export function wheelFactor(delta, mode) {
  return clamp(Math.exp(delta * [1, 16, 400][mode] / -240), 1 / STEP, STEP);
}
