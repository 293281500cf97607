/**
 * The tasks that the page has ahead of time, with their module, style and pictures, so that the next one is there at once.
 * @module core/ahead
 */
import { fetched } from "./styles.js";

/** The name of a task's page. @param {object} task @returns {string} */
export const pageName = (task) => (task.training ? "training" : task.stage);

/**
 * The module of a page, with the style sheets that it names in `styles`; `later` is what it may need, see core/later.
 * @param {object} task
 * @returns {Promise<{open: (host: object) => Promise<object>, styles?: string[], later?: import("./later.js").Later[]}>}
 */
export async function moduleOf(task) {
  const name = pageName(task);
  const module = await import(`../pages/${name}.js`);
  await fetched(module.styles ?? []);
  return module;
}

/** The pictures that a task shows first. @param {object} task @returns {string[]} */
export const picturesOf = ({ work }) => [work.image?.url, ...(work.sheets ?? []).map((sheet) => sheet.url), work.category?.icon].filter(Boolean);

export class Ahead {
  /** @type {object[]} */
  tasks = [];
  #pictures = new Map();

  /** @param {object} task */
  add(task) {
    if (this.tasks.some((one) => one.id === task.id)) return;
    this.tasks.push(task);
    moduleOf(task).catch(() => {}); // It is asked for again, and told, when the task opens.
    this.#pictures.set(task.id, picturesOf(task).map((url) => {
      const picture = new Image();
      picture.src = url;
      picture.decode?.().catch(() => {}); // The page tells when it shows it.
      return picture;
    }));
  }

  /** @returns {string[]} */
  get ids() { return this.tasks.map((task) => task.id); }

  /** Whether one is here whose lease has not ended. @param {number} now server's time */
  has(now) { return this.tasks.some((task) => task.expires_at > now); }

  /** A task that was in hand comes next again. @param {object} task */
  putBack(task) { this.tasks.unshift(task); }

  /** The next one whose lease has not ended; its pictures stay until another one is taken. @param {number} now server's time */
  take(now) {
    this.tasks = this.tasks.filter((task) => task.expires_at > now);
    const task = this.tasks.shift() ?? null;
    for (const id of this.#pictures.keys()) if (id !== task?.id && !this.ids.includes(id)) this.#pictures.delete(id);
    return task;
  }
}
