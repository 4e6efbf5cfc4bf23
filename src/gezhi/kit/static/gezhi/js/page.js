// Loaded on every page: marks that scripts run, then starts what the page asks for by its attributes.
import { drafts } from "./drafts.js";
import { once } from "./once.js";
import { clocks } from "./clock.js";
import { menus, shows, backs, counts, copies, previews } from "./page_parts.js";
import { halves, doubts } from "./careful.js";
import { connection } from "./connection.js";

document.documentElement.classList.add("js");

// Parts that few pages need are fetched only where their mark is found.
const onDemand = [
  ["[data-picker]", "./picker.js"],
  ["[data-upload]", "./upload.js"],
  ["[data-list], [data-key], [data-case], [data-desk], #move-form", "./keyboard.js"],
  ["[data-read-aloud]", "./readaloud.js"],
  ["[data-suggest]", "./suggest.js"],
  ["[data-ring]", "./ring.js"],
  ["[data-call]", "./call.js"],
  ["[data-ready]", "./ready.js"],
  ["[data-paste], [data-cursor]", "./paste.js"],
  ["[data-polls]", "./unread.js"],
];

export function enhance(root) {
  for (const start of [drafts, once, clocks, menus, shows, backs, counts, copies, previews]) start(root);
  for (const [mark, file] of onDemand) {
    if (root.querySelector(mark)) import(file).then((part) => part.start(root));
  }
}

enhance(document);
connection();
halves();
document.addEventListener("htmx:afterSwap", (event) => enhance(event.detail.elt));
// Paper shows what is folded on the screen; afterwards it is folded again.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open]):not(.menu)")];
  for (const part of unfolded) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
});
const summary = document.getElementById("errors");
if (summary) summary.focus();
doubts();
