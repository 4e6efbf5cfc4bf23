// The phone's pages: what is filled in is kept before it is sent, and the pages open without a line where the browser can.
import * as forms from "./forms.js";
import * as panel from "./panel.js";
import { nearest } from "./position.js";
import { available } from "./queue.js";

const SCOPE = "/field/";
const READY = 10000;

async function keepPages() {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return false;
  try {
    await navigator.serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE });
    const late = new Promise((done) => setTimeout(done, READY, null)); // one that cannot be installed is never ready
    const ready = await Promise.race([navigator.serviceWorker.ready, late]);
    if (ready) await controlled();
    return Boolean(ready);
  } catch {
    return false;
  }
}

// What is fetched before the service worker has taken hold of the page would not be kept.
async function controlled() {
  if (navigator.serviceWorker.controller) return;
  const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  const late = new Promise((done) => setTimeout(done, READY));
  if (!navigator.serviceWorker.controller) await Promise.race([taken, late]);
}

// Both go through the service worker, which keeps what comes back.
function refresh() {
  for (const url of ["shell/", "state.json"]) fetch(SCOPE + url, { credentials: "same-origin" }).catch(() => null);
}

function tell(id) {
  const note = document.getElementById(id);
  if (note) note.hidden = false;
}

async function start() {
  const can = await available();
  const shell = document.querySelector("[data-shell]");
  if (can) {
    forms.listen();
    forms.prepare(document);
  }
  if (shell) await (await import("./offline.js")).start(shell);
  document.documentElement.dataset.fieldReady = "1";
  const sent = can ? panel.start() : null;
  const kept = await keepPages();
  document.documentElement.dataset.fieldKept = kept ? "1" : "0";
  if (!can) tell("field-nothing");
  else if (!kept) tell("field-plain");
  if (kept && !shell) refresh();
  await sent;
  for (const list of document.querySelectorAll("[data-field-places]")) nearest(list);
}

start();
