// Turns a long select into a field that finds by typing: name, path or the initials that the option carries.
import { say, announce } from "./words.js";
import { composing } from "./worklist.js";

let number = 0;

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
  const at = { select, input, list, options, words, shown: [], index: -1 };
  input.addEventListener("input", () => open(at, input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(at, ""));
  input.addEventListener("blur", () => {
    if (input.value.trim()) sync(at);
    else if (select.value) choose(at, null);
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

// The field shows what the select holds.
function sync(at) {
  const chosen = at.select.selectedOptions[0];
  at.input.value = chosen && chosen.value ? pathOf(chosen) : "";
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
  at.select.value = option ? option.value : "";
  sync(at);
  close(at);
  at.select.dispatchEvent(new Event("change", { bubbles: true }));
}

function open(at, text) {
  const wanted = text.trim().toLowerCase().split(/[\s›]+/).filter(Boolean);
  const fits = at.options.filter((_, i) => wanted.every((w) => at.words[i].includes(w)));
  const named = (o) => wanted.length && o.text.toLowerCase().startsWith(wanted[wanted.length - 1]); // before those below it
  at.shown = [...fits.filter(named), ...fits.filter((o) => !named(o))].slice(0, 60);
  at.list.replaceChildren(...(at.shown.length ? at.shown.map((o, i) => row(o, i, at.list.id)) : [none()]));
  at.list.hidden = false;
  at.input.setAttribute("aria-expanded", "true");
  mark(at, wanted.length && at.shown.length ? 0 : -1);
  announce(say("found", { n: at.shown.length }));
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

function row(option, i, listId) {
  const li = document.createElement("li");
  li.id = `${listId}-${i}`;
  li.dataset.i = i;
  li.setAttribute("role", "option");
  li.textContent = option.text;
  if (option.parentElement.tagName === "OPTGROUP") {
    const group = document.createElement("small");
    group.textContent = option.parentElement.label;
    li.append(group);
  }
  return li;
}

function none() {
  const li = document.createElement("li");
  li.className = "none";
  li.textContent = say("none");
  return li;
}
