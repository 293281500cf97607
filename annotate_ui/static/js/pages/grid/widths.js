/** Tells a page the width of an element, at once and whenever it has changed. */

/**
 * @param {HTMLElement} node
 * @param {(width: number) => void} told px
 * @returns {() => void} stops it
 */
export function widths(node, told) {
  const watcher = new ResizeObserver(() => told(node.clientWidth));
  watcher.observe(node);
  told(node.clientWidth);
  return () => watcher.disconnect();
}
