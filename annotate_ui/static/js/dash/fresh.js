/**
 * Takes the live parts of a page from the server.
 * @module
 */

/**
 * @param {string} address of the page
 * @returns {Promise<boolean>} whether it could be had
 */
export async function fresh(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const next = page.querySelector(`[data-live="${CSS.escape(old.dataset.live)}"]`);
      if (next && !old.contains(document.activeElement) && old.innerHTML !== next.innerHTML) {
        old.replaceChildren(...document.importNode(next, true).childNodes);
      }
    }
    return true;
  } catch {
    return false; // the network is away; the next look may be luckier
  }
}
