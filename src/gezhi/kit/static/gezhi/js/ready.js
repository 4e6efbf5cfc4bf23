// Ready texts: a list that is searched by typing, walked by arrows, and put where the cursor stands.
import { composing } from "./worklist.js";

export function start(root) {
  for (const dialog of root.querySelectorAll("dialog[data-ready]")) if (!dialog.dataset.readyReady) picker(dialog);
}

function picker(dialog) {
  dialog.dataset.readyReady = "1";
  const goal = document.querySelector(dialog.dataset.ready);
  if (goal) goal.addEventListener("keydown", (event) => gaps(goal, event));
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const rows = () => [...list.querySelectorAll("[role=option]")];
  const mark = (one) => {
    for (const row of rows()) row.setAttribute("aria-selected", String(row === one));
    if (!one) return;
    field.setAttribute("aria-activedescendant", one.id);
    one.scrollIntoView({ block: "nearest" });
  };
  const take = (row) => {
    const area = document.querySelector(dialog.dataset.ready);
    const from = [window.scrollX, window.scrollY];
    dialog.close();
    window.scrollTo(...from);
    if (area) put(area, row.dataset);
  };
  for (const button of document.querySelectorAll("[data-ready-open]")) button.addEventListener("click", () => open(dialog, field));
  dialog.querySelector("[data-ready-close]").addEventListener("click", () => dialog.close());
  field.addEventListener("keydown", (event) => {
    if (composing(event)) return;
    const all = rows();
    const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (all.length) mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (all[at]) take(all[at]);
    }
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) take(row);
  });
}

function open(dialog, field) {
  if (dialog.open) return;
  const from = [window.scrollX, window.scrollY]; // what is read while choosing stays where it is
  dialog.showModal();
  field.focus({ preventScroll: true });
  window.scrollTo(...from);
  field.select();
  field.dispatchEvent(new Event("gezhi:open"));
}

// The text goes where the cursor stands, or behind what is there; which text it was is sent along, to be counted, and its
// matter is told to the form.
export function put(area, { answer, used: code, of: matter }) {
  const behind = area.value && area.selectionStart === area.value.length ? "\n" : "";
  const before = area.value;
  area.setRangeText(behind + answer, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus({ preventScroll: true }); // the words of the request stay in view beside it
  select(area, 0);
  if (!seen(area)) area.scrollIntoView({ block: "nearest" });
  if (!code || !area.form) return;
  const used = document.createElement("input");
  Object.assign(used, { type: "hidden", name: "used", value: code });
  area.form.append(used);
  const back = () => takeBack(area, before, used);
  area.form.dispatchEvent(new CustomEvent("gezhi:taken", { detail: { matter, now: area.value, back } }));
}

// As it was before the text came.
function takeBack(area, before, used) {
  area.value = before;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  used.remove();
}

// Whether all of a field is in the window.
function seen(area) {
  const box = area.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= window.innerHeight;
}

// The next field to fill behind a place, selected, so that typing replaces it; false where there is none.
function select(area, from) {
  const gap = area.value.indexOf("【", from);
  const end = area.value.indexOf("】", gap);
  if (gap < 0 || end < 0) return false;
  area.setSelectionRange(gap, end + 1);
  return true;
}

// Tab goes from field to field of a ready text; behind the last one it leaves the answer as everywhere.
function gaps(area, event) {
  if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || composing(event)) return;
  if (select(area, area.selectionEnd)) event.preventDefault();
}
