/** On a phone nothing hovers: a tile counts as looked at after it stood in view for a moment. */
const DWELL_MS = 700;

/**
 * @param {HTMLElement[]} tiles
 * @param {HTMLElement} root what scrolls
 * @param {(list: number[]) => void} told the tiles that were in view long enough
 * @returns {() => void} stops it
 */
export function inView(tiles, root, told) {
  const inside = new Set();
  let timer = 0;
  const seer = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) inside.add(Number(target.dataset.i));
      else inside.delete(Number(target.dataset.i));
    }
    clearTimeout(timer);
    timer = setTimeout(() => told([...inside]), DWELL_MS);
  }, { root, threshold: 0.75 });
  tiles.forEach((tile) => seer.observe(tile));
  return () => {
    clearTimeout(timer);
    seer.disconnect();
  };
}
