/**
 * What a worker agrees to before the first task.
 * @module core/consent
 */
import { el } from "./dom.js";

const POINTS = [
  ["What you do", "You look at photos and say or draw what is in them. Some photos may show things that you do not like to see: you can skip any task."],
  ["What is kept", "Your answers, finished or not, how long each took, and how a drawing came to be. Your name is the one that you choose or that your panel gives, with its number of your visit. Your network address is not stored with any of it: the server counts requests by a scrambled form of it for about a minute, and its technical logs may name addresses, as with any site. Your browser keeps unsent work and your choices on your own device."],
  ["How it is checked", "Some tasks have a known answer. Who misses too many gets no more tasks. What was earned stays earned, unless the requester finds the work not honestly done and puts the reason on record."],
  ["What it is for", "The answers become a dataset of images for research and for software that sees. You may stop at any time."],
];

/**
 * Asks for agreement.
 * @param {{campaign: string, nickname: boolean, version: string}} what whether a name may be chosen; which text this is
 * @returns {{node: HTMLElement, agreed: Promise<{nickname?: string}>}}
 */
export function consent({ campaign, nickname, version }) {
  const name = el("input", { class: "field", id: "nickname", maxlength: 40, autocomplete: "nickname", spellcheck: "false" });
  const welcome = document.querySelector("meta[name=welcome]")?.content;
  let agree;
  const agreed = new Promise((done) => { agree = done; });
  const send = (event) => {
    event.preventDefault();
    agree(name.value.trim() ? { nickname: name.value.trim() } : {});
  };
  const node = el("form", { class: "state consent", "aria-labelledby": "consent-title", on: { submit: send } },
    el("h2", { id: "consent-title", tabIndex: -1, text: campaign ? `Welcome to ${campaign}` : "Welcome" }),
    el("p", { class: "lead", text: "Small tasks with photos, a minute or so each. Read this once, then begin." }),
    welcome ? el("p", { class: "told", text: welcome }) : null,
    el("dl", { class: "points" }, ...POINTS.map(([term, words]) => el("div", null, el("dt", { text: term }), el("dd", { text: words })))),
    nickname ? el("label", { class: "ask", for: "nickname" }, el("span", { text: "Name to be known by (you may leave it empty)" }), name) : null,
    el("div", { class: "row" }, el("button", { class: "btn primary", type: "submit", id: "agree" }, "I agree, begin"),
      el("span", { class: "more", text: `Conditions, version ${version}` })));
  return { node, agreed };
}
