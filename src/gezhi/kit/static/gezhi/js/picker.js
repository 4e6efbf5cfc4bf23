// Turns a long select into a field that finds by typing: name, path or the initials that the option carries.
import { say, announce } from "./words.js";

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
  select.hidden = true;
  select.before(box);
  box.append(input, list, select);
  wire(select, input, list);
}

const pathOf = (o) => (o.parentElement.tagName === "OPTGROUP" ? `${o.parentElement.label} › ${o.text}` : o.text);

function wire(select, input, list) {
  const options = [...select.options].filter((o) => o.value);
  const haystack = options.map((o) => `${pathOf(o)} ${o.dataset.words || ""} ${o.value}`.toLowerCase());
  let shown = [];
  let at = -1;
  const sync = () => {
    const chosen = select.selectedOptions[0];
    input.value = chosen && chosen.value ? pathOf(chosen) : "";
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
    const row = list.children[at];
    if (row && row.id) {
      input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (option) => {
    select.value = option ? option.value : "";
    sync();
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const open = (text) => {
    const words = text.trim().toLowerCase().split(/[\s›]+/).filter(Boolean);
    shown = options.filter((_, i) => words.every((w) => haystack[i].includes(w))).slice(0, 60);
    list.replaceChildren(...(shown.length ? shown.map((o, i) => row(o, i, list.id)) : [none()]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(words.length && shown.length ? 0 : -1);
    announce(say("found", { n: shown.length }));
  };
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(""));
  input.addEventListener("blur", () => {
    if (!input.value.trim()) choose(null);
    else sync();
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      else if (shown.length) mark((at + (event.key === "ArrowDown" ? 1 : shown.length - 1) + shown.length) % shown.length);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (shown[at]) choose(shown[at]);
    } else if (event.key === "Tab" && !list.hidden && shown[at] && input.value.trim()) choose(shown[at]);
    else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      sync();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const li = event.target.closest("li[data-i]");
    if (li) choose(shown[Number(li.dataset.i)]);
  });
  select.addEventListener("change", sync);
  select.addEventListener("gezhi:set", sync);
  sync();
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
