// A worklist by keyboard: j k move, Enter or o opens, x selects, a all, b what to do with them; it keeps its place.
import { say, announce } from "./words.js";

export const typing = (event) => {
  const field = event.target;
  const written = /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName) && !["checkbox", "radio"].includes(field.type);
  return written || Boolean(field.isContentEditable);
};

// An input method at work: 229 is its mark, and all that Safari says of the Enter that takes a word.
export const composing = (event) => event.isComposing || event.keyCode === 229;

// Whether a key belongs to somebody else: a field, an input method, a dialog, the browser.
export const elsewhere = (event) =>
  typing(event) || composing(event) || event.ctrlKey || event.altKey || event.metaKey ||
  Boolean(document.querySelector("dialog[open]"));

const rows = (list) => [...list.children];
const box = (row) => row.querySelector("input[type=checkbox]");

export function worklist(list) {
  list.dataset.listReady = "1";
  const place = `gezhi.list.${location.pathname}${location.search}`;
  const state = { current: -1, place };
  list.addEventListener("change", () => tell(list));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) remember(place, row.id);
  });
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.addEventListener("change", () => {
      for (const row of rows(list)) if (box(row)) box(row).checked = all.checked;
      tell(list);
    });
  }
  document.addEventListener("keydown", (event) => keys(event, list, state));
  const index = rows(list).findIndex((row) => row.id === recall(place));
  if (index >= 0) go(list, state, index, cameBack());
  note("gezhi.list", location.href);
  note("gezhi.list.cases", JSON.stringify(rows(list).map((row) => row.querySelector("a.t").getAttribute("href"))));
  tell(list);
}

// Whether the page was reached from another one, so that the row left off may take the focus.
function cameBack() {
  return Boolean(document.referrer) && new URL(document.referrer).pathname !== location.pathname;
}

function keys(event, list, state) {
  if (!document.contains(list) || elsewhere(event)) return;
  if (event.key === "j") go(list, state, state.current + 1);
  else if (event.key === "k") go(list, state, Math.max(0, state.current - 1));
  else if (event.key === "x" && state.current >= 0) pick(list, state);
  else if (event.key === "o" && state.current >= 0) open(list, state);
  else if (event.key === "a") all(list);
  else if (event.key === "b") acts();
  else if (event.key === "Enter" && state.current >= 0 && event.target === document.body) open(list, state);
  else return;
  event.preventDefault();
}

function go(list, state, index, focus = true) {
  const all = rows(list);
  if (!all.length) return;
  state.current = Math.min(Math.max(index, 0), all.length - 1);
  all.forEach((row, i) => row.classList.toggle("cur", i === state.current));
  const row = all[state.current];
  if (focus) {
    row.querySelector("a.t").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  remember(state.place, row.id);
}

function pick(list, state) {
  const one = box(rows(list)[state.current]);
  if (!one) return;
  one.checked = !one.checked;
  tell(list);
}

// Every case of the page, or none when all were chosen.
function all(list) {
  const boxes = rows(list).map(box).filter(Boolean);
  const on = boxes.some((one) => !one.checked);
  for (const one of boxes) one.checked = on;
  tell(list);
}

// The first of the buttons for the cases that are chosen.
function acts() {
  const first = document.querySelector("[data-when-selected]:not([hidden]) button");
  if (first) first.focus();
}

function open(list, state) {
  rows(list)[state.current].querySelector("a.t").click();
}

// The bulk bar says how many are chosen, and shows its buttons only then.
function tell(list) {
  const boxes = rows(list).map(box).filter(Boolean);
  const n = boxes.filter((one) => one.checked).length;
  for (const row of rows(list)) row.classList.toggle("sel", Boolean(box(row) && box(row).checked));
  for (const part of document.querySelectorAll("[data-when-selected]")) part.hidden = !n;
  for (const part of document.querySelectorAll("[data-selected-count]")) part.textContent = say("selected", { n });
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
  }
  if (n) announce(say("selected", { n }));
}

function note(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // without storage the list opens at its top
  }
}

function remember(place, id) {
  note(place, id);
}

function recall(place) {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}
