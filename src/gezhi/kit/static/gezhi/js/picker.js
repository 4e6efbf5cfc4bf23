// Turns a long select into a field that finds by typing: name, path, initials, or what else people call a thing.
import { say, announce } from "./words.js";
import { composing } from "./worklist.js";

let number = 0;
const called = new Map(); // what people call things, by address, fetched once for all fields of the page

// The words of an address; without them the field finds by name alone.
function wordsOf(url) {
  if (!url) return Promise.resolve({});
  if (!called.has(url)) called.set(url, fetch(url, { credentials: "same-origin" }).then((a) => (a.ok ? a.json() : {})).catch(() => ({})));
  return called.get(url);
}

export function start(root) {
  for (const select of root.querySelectorAll("select[data-picker]")) if (!select.dataset.pickerReady) picker(select);
}

function picker(select) {
  select.dataset.pickerReady = "1";
  const id = select.id || `picker-${(number += 1)}`;
  const box = document.createElement("div");
  box.className = "picker";
  const input = document.createElement("input");
  Object.assign(input, { type: "text", id: `${id}-find`, autocomplete: "off", placeholder: select.dataset.placeholder || "" });
  const list = document.createElement("ul");
  Object.assign(list, { className: "picker-list", id: `${id}-list`, hidden: true });
  list.setAttribute("role", "listbox");
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  const label = document.querySelector(`label[for="${select.id}"]`);
  if (label) label.htmlFor = input.id;
  else if (select.getAttribute("aria-label")) input.setAttribute("aria-label", select.getAttribute("aria-label"));
  input.required = select.required;
  select.required = false;
  const focused = document.activeElement === select;
  select.hidden = true;
  select.before(box);
  box.append(input, list, select);
  wire(select, input, list);
  if (focused) input.focus();
}

const pathOf = (o) => (o.parentElement.tagName === "OPTGROUP" ? `${o.parentElement.label} › ${o.text}` : o.text);

function wire(select, input, list) {
  const options = [...select.options].filter((o) => o.value);
  const words = options.map((o) => `${pathOf(o)} ${o.dataset.words || ""} ${o.value}`.toLowerCase());
  const at = { select, input, list, options, words, shown: [], index: -1, also: {}, uses: {}, by: new Map() };
  const learn = () => wordsOf(select.dataset.pickerWords).then((told) => {
    at.also = told.words || {};
    at.uses = told.uses || {};
    if (!list.hidden && document.activeElement === input) open(at, input.value);
  });
  input.addEventListener("focus", learn, { once: true });
  input.addEventListener("input", () => open(at, input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(at, ""));
  input.addEventListener("blur", () => {
    if (!input.value.trim()) choose(at, null);
    else if (input.value !== shownOf(select)) refuse(at);
    close(at);
  });
  input.addEventListener("keydown", (event) => keys(at, event));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const li = event.target.closest("li[data-i]");
    if (li) choose(at, at.shown[Number(li.dataset.i)]);
  });
  select.addEventListener("change", () => sync(at));
  sync(at);
}

function shownOf(select) {
  const chosen = select.selectedOptions[0];
  return chosen && chosen.value ? pathOf(chosen) : "";
}

// The field shows what the select holds.
function sync(at) {
  at.input.value = shownOf(at.select);
  if (!at.error) return;
  at.error.remove();
  at.error = null;
  at.input.removeAttribute("aria-invalid");
}

// Words that chose nothing stay where they are, marked: nothing that was typed goes away unseen.
function refuse(at) {
  const word = at.input.value;
  choose(at, null);
  at.input.value = word;
  at.error = document.createElement("div");
  at.error.className = "field-error";
  at.error.textContent = say("unchosen", { word: word.trim() });
  at.input.closest(".picker").append(at.error);
  at.input.setAttribute("aria-invalid", "true");
  announce(at.error.textContent);
}

function close(at) {
  at.list.hidden = true;
  at.input.setAttribute("aria-expanded", "false");
  at.input.removeAttribute("aria-activedescendant");
}

function mark(at, index) {
  at.index = index;
  [...at.list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === index)));
  const li = at.list.children[index];
  if (!li || !li.id) return;
  at.input.setAttribute("aria-activedescendant", li.id);
  li.scrollIntoView({ block: "nearest" });
}

function choose(at, option) {
  const before = at.select.value;
  at.select.value = option ? option.value : "";
  sync(at);
  close(at);
  if (option || before) at.select.dispatchEvent(new Event("change", { bubbles: true }));
}

function open(at, text) {
  const wanted = text.trim().toLowerCase().split(/[\s›]+/).filter(Boolean);
  const fits = at.options.filter((_, i) => wanted.every((w) => at.words[i].includes(w)));
  at.by = wanted.length ? calledSo(at, text.trim().toLowerCase(), new Set(fits)) : new Map();
  at.shown = [...(wanted.length ? ranked(at, fits, wanted) : fits), ...at.by.keys()].slice(0, 60);
  at.list.replaceChildren(...(at.shown.length ? at.shown.map((o, i) => row(at, o, i)) : [none()]));
  at.list.hidden = false;
  at.input.setAttribute("aria-expanded", "true");
  mark(at, wanted.length && at.shown.length ? 0 : -1);
  announce(say("found", { n: at.shown.length }));
}

// Those whose own name holds all that was typed before those that lie below such a one. Of them first the one called exactly
// so, then the commoner in the reader's cases, the one that people name so in more ways, and the one whose name begins so.
function ranked(at, fits, wanted) {
  const last = wanted[wanted.length - 1];
  const holds = (text) => wanted.every((w) => text.includes(w));
  const rank = (option) => {
    const name = option.text.toLowerCase();
    const ways = (at.also[option.value] || []).filter(holds).length;
    const exact = name === last;
    return [exact || holds(name) || name.startsWith(last), exact, at.uses[option.value] || 0, ways, name.startsWith(last)].map(Number);
  };
  const rows = fits.map((option) => ({ option, rank: rank(option) }));
  rows.sort((a, b) => b.rank.map((n, i) => n - a.rank[i]).find((n) => n) || 0); // else as they stand
  return rows.map((row) => row.option);
}

// Options that people call so, each with the word it was found by: those called exactly so first.
function calledSo(at, text, fits) {
  const found = [];
  for (const option of at.options) {
    const words = fits.has(option) ? [] : at.also[option.value] || [];
    const place = words.includes(text) ? words.indexOf(text) : words.findIndex((w) => w.includes(text) || (w.length > 1 && text.includes(w)));
    if (place < 0) continue;
    const word = words[place];
    found.push({ option, word, rank: word === text ? 0 : word.includes(text) ? 1 : 2, place });
  }
  const uses = (one) => at.uses[one.option.value] || 0;
  found.sort((a, b) => a.rank - b.rank || (a.rank === 2 ? b.word.length - a.word.length : uses(b) - uses(a)) || a.place - b.place);
  return new Map(found.map((one) => [one.option, one.word]));
}

function keys(at, event) {
  if (composing(event)) return;
  const chosen = at.list.hidden ? null : at.shown[at.index];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    if (at.list.hidden) open(at, "");
    else if (at.shown.length) mark(at, (at.index + step + at.shown.length) % at.shown.length);
  } else if (event.key === "Enter" && !at.list.hidden) {
    event.preventDefault();
    if (chosen) choose(at, chosen);
  } else if (event.key === "Tab" && chosen && at.input.value.trim()) {
    choose(at, chosen);
  } else if (event.key === "Escape" && !at.list.hidden) {
    event.stopPropagation();
    sync(at);
    close(at);
  }
}

function row(at, option, i) {
  const li = document.createElement("li");
  li.id = `${at.list.id}-${i}`;
  li.dataset.i = i;
  li.setAttribute("role", "option");
  li.textContent = option.text;
  if (option.parentElement.tagName === "OPTGROUP") {
    const group = document.createElement("small");
    group.textContent = option.parentElement.label;
    li.append(group);
  }
  if (at.by.has(option)) {
    const by = document.createElement("small");
    by.textContent = say("by", { word: at.by.get(option) });
    li.append(by);
  }
  return li;
}

function none() {
  const li = document.createElement("li");
  li.className = "none";
  li.setAttribute("role", "option"); // all that a listbox may hold
  li.setAttribute("aria-disabled", "true");
  li.textContent = say("none");
  return li;
}
