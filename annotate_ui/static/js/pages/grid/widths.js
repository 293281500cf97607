/** Tells a page the size of an element, at once and whenever it has changed. */

/**
 * @param {HTMLElement} node
 * @param {(width: number, height: number) => void} told px
 * @returns {() => void} stops it
 */
export function widths(node, told) {
  const watcher = new ResizeObserver(() => told(node.clientWidth, node.clientHeight));
  watcher.observe(node);
  told(node.clientWidth, node.clientHeight);
  return () => watcher.disconnect();
}
