/**
 * A key that works both ways: held for a while it acts as long as it is down, tapped it stays on until the next tap.
 * @module pages/photo/held
 */

/** A shorter press is a tap. */
const TAP_MS = 300;

export class Held {
  /** @param {(on: boolean) => void} set @param {() => number} [clock] ms */
  constructor(set, clock = () => performance.now()) {
    this.set = set;
    this.clock = clock;
    this.on = false;
  }

  /** A button, or a tap. */
  toggle() { this.#put(!this.on); }

  down() {
    this.was = this.on;
    this.since = this.clock();
    this.#put(true);
  }

  up() { if (this.was || this.clock() - this.since >= TAP_MS) this.#put(false); }

  #put(on) {
    this.on = on;
    this.set(on);
  }
}
