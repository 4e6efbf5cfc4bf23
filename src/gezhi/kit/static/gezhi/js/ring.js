// Shows the call that rings for this person as a bar under the top: asks a signed address about twice a second.
import { announce } from "./words.js";

const SHOWN = 600; // milliseconds between two questions while the page is seen
const HIDDEN = 3000; // and while it is not
const LATER = 30000; // after trouble
const KEPT = `gezhi.ring.${document.body.dataset.user}`;

let bar = null;
let last = "";

function place() {
  if (bar) return bar;
  bar = document.createElement("div");
  bar.className = "ring";
  bar.setAttribute("role", "alert");
  bar.hidden = true;
  const top = document.querySelector("header.top");
  if (top) top.after(bar);
  else document.body.prepend(bar);
  return bar;
}

function show(html) {
  if (html === last) return;
  last = html;
  place().innerHTML = html; // our own answer, escaped by the server
  bar.hidden = !html;
  const link = bar.querySelector("a");
  if (link && new URL(link.href, location.href).search === location.search && location.pathname === "/desk/call/") bar.hidden = true;
  if (html && !bar.hidden) announce(bar.textContent);
}

async function address(url) {
  const kept = sessionStorage.getItem(KEPT);
  if (kept) return kept;
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (answer.status !== 200) return "";
  const found = (await answer.json()).watch;
  sessionStorage.setItem(KEPT, found);
  return found;
}

async function look(url) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  if (answer.status === 200) show(await answer.text());
  else if (answer.status === 204) show("");
  else if (answer.status === 410) return false;
  else throw new Error(String(answer.status));
  return true;
}

async function watch(start) {
  let url = "";
  for (;;) {
    let pause = document.hidden ? HIDDEN : SHOWN;
    try {
      url = url || (await address(start));
      if (!url) pause = 4 * LATER; // no telephone: asked again, since one may be given
      else if (!(await look(url))) {
        sessionStorage.removeItem(KEPT);
        url = "";
      }
    } catch {
      pause = LATER / 10;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

export function start(root) {
  const mark = root.querySelector("[data-ring]");
  if (mark && !bar) {
    place();
    watch(mark.dataset.ring);
  }
}
