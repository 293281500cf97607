/**
 * Where two outlines differ most, in words and with a place for a number.
 * @module pages/draw/places
 */
import { widest } from "../../core/passive.js";
import { trace } from "../../masks/outline.js";
import { area, bbox } from "../../masks/mask.js";
import { flatBox, signedArea } from "./shape.js";

/** Places below this share of the expert's mask are not worth a number; and so many at most. */
const LEAST = 0.015, MOST = 3;

/** "upper left" of a box for a point. @param {number[]} at @param {number[]} box @returns {string} */
export function side([x, y], [left, top, width, height]) {
  const third = (v, words) => words[Math.min(Math.max(Math.floor(v * 3), 0), 2)];
  const words = [third((y - top) / height, ["upper", "", "lower"]), third((x - left) / width, ["left", "", "right"])];
  if (!words[0] && !words[1]) return "in the middle";
  return words[0] && words[1] ? `at the ${words.join(" ")}` : { upper: "at the top", lower: "at the bottom" }[words[0]] ?? `on the ${words[1]}`;
}

/**
 * The largest places, largest first.
 * @param {{missed: object, extra: object, agreed: object}} masks @param {string} name of the category
 * @returns {{at: [number, number], kind: "missed"|"extra", what: string, how: string}[]}
 */
export function places({ missed, extra, agreed }, name) {
  const whole = bbox(agreed);
  const least = LEAST * (area(agreed) + area(missed));
  const found = [[missed, "missed"], [extra, "extra"]].flatMap(([mask, kind]) => trace(mask).filter((one) => !one.hole)
    .map(({ ring }) => ({ ring, kind, size: Math.abs(signedArea(ring)) })));
  return found.filter((one) => one.size >= least).sort((a, b) => b.size - a.size).slice(0, MOST).map(({ ring, kind }) => {
    const at = widest([ring], flatBox(ring));
    const where = whole[2] ? side(at, whole) : "here";
    return kind === "missed" ? { at, kind, what: `A part ${where} is missing`, how: `It belongs to the ${name}. Follow it out to its edge.` }
      : { at, kind, what: `Too much ${where}`, how: `Stop where the ${name} stops. Zoom in to see it.` };
  });
}
