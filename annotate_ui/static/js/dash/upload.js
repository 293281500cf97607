/**
 * How far an upload is. Without this script the form is sent as any other.
 * @module
 */

const form = document.querySelector("form[data-upload]");
const part = (name) => form.querySelector(`[data-part="${name}"]`);

/** @param {number} bytes @returns {string} with a unit */
function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** @param {string} text @param {boolean} [isBad] */
function say(text, isBad = false) {
  part("way").hidden = false;
  part("said").textContent = text;
  part("said").className = isBad ? "bad" : "num";
  form.querySelector("progress").hidden = isBad;
}

/** What a page of the server says of a problem. @param {string} text of the page */
function problem(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("main p, .alone p")?.textContent?.trim() || "The server did not take it. Try again.";
}

function send(event) {
  event.preventDefault();
  const request = new XMLHttpRequest(), bar = form.querySelector("progress");
  const buttons = [...form.querySelectorAll("button")];
  const over = (text) => {
    for (const button of buttons) button.disabled = false;
    say(text, true);
  };
  request.open("POST", form.action || location.href);
  request.setRequestHeader("X-Upload", "1");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    say(`${size(loaded)} of ${size(total)} sent`);
  });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); say("All sent. The server reads the photos."); });
  request.addEventListener("error", () => over("The network went away. Nothing of this was kept; send it again."));
  request.addEventListener("load", () => {
    let to = null;
    try { to = JSON.parse(request.responseText).to; } catch { to = null; } // a page, which says why not
    if (to) location.assign(to);
    else over(problem(request.responseText));
  });
  for (const button of buttons) button.disabled = true;
  say("Sending");
  request.send(new FormData(form));
}

form?.addEventListener("submit", send);
