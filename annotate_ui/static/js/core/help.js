/**
 * The help sheet: every key there is now, remapping, the off switch, the theme.
 * @module core/help
 */
import { combo, comboOf, printed } from "./combos.js";
import { el, icon } from "./dom.js";
import { say } from "./live.js";
import { setTheme, theme } from "./prefs.js";

const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "Ctrl+Control", "Alt+Alt", "Ctrl+Meta", "AltGraph"]);
const FIXED = new Set(["help"]);

export class HelpSheet {
  #asking = null;

  /** @param {import("./keys.js").Keys} keys */
  constructor(keys) {
    this.keys = keys;
    this.body = el("div", { class: "keys" });
    this.note = el("p", { class: "more note", role: "status" });
    this.node = el("dialog", { class: "sheet", "aria-labelledby": "help-title" },
      el("header", null, el("h2", { id: "help-title", text: "Keys and help" }),
        el("button", { class: "ib", type: "button", "aria-label": "Close", on: { click: () => this.node.close() } }, icon("close"))),
      this.note, this.body, el("footer", null, this.#off(), this.#themes(),
        el("button", { class: "btn", type: "button", on: { click: () => this.#reset() } }, "All keys as they were")));
    this.node.addEventListener("close", () => this.#closed());
    this.node.addEventListener("keydown", (event) => this.#typed(event));
    this.node.addEventListener("click", (event) => { if (event.target === this.node) this.node.close(); });
    document.body.append(this.node);
  }

  /** Opens it. */
  open() {
    if (this.node.open) return;
    this.keys.letGo();
    this.keys.paused = true;
    this.#fill("Press a key's button, then the new key. Escape leaves it as it is.");
    this.node.showModal();
  }

  #closed() {
    this.#asking = null;
    this.keys.paused = false;
  }

  #fill(note) {
    this.note.textContent = note;
    const groups = new Map();
    for (const key of this.keys.list()) {
      const group = key.group ?? "This task";
      groups.set(group, [...(groups.get(group) ?? []), key]);
    }
    this.body.replaceChildren(...[...groups].map(([name, list]) => el("section", null, el("h3", { class: "label", text: name }),
      el("ul", null, ...list.map((key) => this.#row(key))))));
  }

  #row(key) {
    const caps = this.keys.of(key.id).map((name) => el("kbd", { text: printed(name) }));
    const said = el("span", { class: "unseen", text: `Change the key: ${key.text}, ${caps.length ? "" : "no key"}` });
    const button = el("button", { class: "btn quiet remap", type: "button", disabled: FIXED.has(key.id), on: { click: () => this.#ask(key, button) } },
      said, ...caps.flatMap((cap, i) => (i ? [" ", cap] : [cap])));
    return el("li", null, el("span", { text: key.text }), button);
  }

  #ask(key, button) {
    this.#asking = key;
    button.classList.add("asking");
    button.replaceChildren("Press a key");
    say(`Press the new key for ${key.text}`);
  }

  #typed(event) {
    const name = comboOf(event);
    if (!this.#asking || MODIFIERS.has(name) || MODIFIERS.has(event.key) || name === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const key = this.#asking;
    this.#asking = null;
    if (name === "Escape") return this.#fill("Left as it was.");
    const clash = this.keys.remap(key.id, [combo(name)]);
    this.#fill(clash ? `${printed(name)} is taken by "${clash.text}". Give that another key first.` : `${key.text} is now ${printed(name)}.`);
    return this.body.querySelector("button")?.focus();
  }

  #off() {
    const box = el("input", { type: "checkbox", checked: !this.keys.off, on: { change: () => this.keys.switchOff(!box.checked) } });
    return el("label", { class: "choice" }, box, el("span", { text: "Single-letter keys act" }));
  }

  #themes() {
    const pick = el("select", { class: "field", id: "theme", on: { change: () => setTheme(pick.value) } },
      ...[["system", "As the system has it"], ["light", "Light"], ["dark", "Dark"]].map(([value, text]) => el("option", { value, text })));
    pick.value = theme();
    return el("label", { class: "choice" }, el("span", { text: "Theme" }), pick);
  }

  #reset() {
    this.keys.reset();
    this.#fill("All keys are as they were.");
  }
}
