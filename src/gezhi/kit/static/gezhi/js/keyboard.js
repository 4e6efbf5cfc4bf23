// Keys that a page prints on its buttons (F2, F4, Alt+1, C …), Ctrl+Enter in a form, "/" for search, "?" for help, [ ] for tabs; lists have keys of their own.
import { pressedOnCase, siblings } from "./casekeys.js";
import { say, announce } from "./words.js";
import { composing, elsewhere, worklist } from "./worklist.js";

let started = false;

export function start(root) {
  const list = document.querySelector("[data-list]");
  if (list && !list.dataset.listReady) worklist(list);
  siblings(root);
  if (started) return;
  started = true;
  document.addEventListener("keydown", pressed);
  document.documentElement.dataset.keysReady = "1";
}

function combo(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // Alt with a digit or letter: some layouts turn it into another character, so the physical key counts
  const plain = event.altKey && /^(Digit|Key)/.test(event.code) ? event.code.replace(/^(Digit|Key)/, "") : key;
  return (event.ctrlKey ? "Control+" : "") + (event.altKey ? "Alt+" : "") + plain;
}

function pressed(event) {
  if (composing(event) || event.metaKey) return;
  const name = combo(event);
  if (/^F\d|^Alt\+|^Control\+/.test(name)) {
    const target = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (target && !target.closest("[hidden]:not(select)")) {
      event.preventDefault();
      const dialog = document.querySelector("dialog[open]");
      if (!event.repeat && (!dialog || dialog.contains(target))) press(target); // held down or behind a dialog: nothing
      return;
    }
  }
  if (name === "Control+Enter") send(event);
  if (elsewhere(event)) return;
  const plain = document.querySelector(`[data-plain="${CSS.escape(event.key)}"]`);
  if (plain) plain.click();
  else if (event.key === "/") search(event);
  else if (event.key === "?") help(event);
  else if (event.key === "[") tab(-1);
  else if (event.key === "]") tab(1);
  else pressedOnCase(event);
}

// Ctrl+Enter sends the form in which one writes, else the open form of the case, where it can be sent in one way only: which
// ending is meant is never guessed. A form in which nothing was typed is shown first, with its button ready for Enter.
function send(event) {
  const form = event.target.form || (document.querySelector("dialog[open]") ? null : document.getElementById("move-form"));
  const ways = form ? [...form.elements].filter((e) => e.type === "submit") : [];
  if (ways.length !== 1 || event.repeat) return;
  event.preventDefault();
  if (event.target.form || typedInto(form)) ways[0].click();
  else {
    ways[0].focus();
    announce(say("untouched"));
  }
}

function typedInto(form) {
  return [...form.elements].some((e) => {
    if (["hidden", "submit", "button"].includes(e.type)) return false;
    if (e.type === "checkbox" || e.type === "radio") return e.checked !== e.defaultChecked;
    if (e.options) return [...e.options].some((o) => o.value && o.selected !== o.defaultSelected);
    return e.value !== e.defaultValue && !e.closest(".picker");
  });
}

// The tab before or after the present one, also where the list is empty.
function tab(step) {
  const tabs = [...document.querySelectorAll("nav.tabs a")];
  const goal = tabs[tabs.findIndex((one) => one.hasAttribute("aria-current")) + step];
  if (goal) goal.click();
}

function search(event) {
  const field = document.querySelector("#search");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function help(event) {
  const dialog = document.getElementById("keys");
  if (!dialog || !dialog.showModal) return;
  event.preventDefault();
  dialog.showModal();
}

function press(target) {
  const first = target.matches("[data-first]") && target.querySelector("input:not([type=hidden]), select, textarea");
  if (first) {
    first.focus();
    return;
  }
  const radio = target.querySelector("input[type=radio]:checked") || target.querySelector("input[type=radio]");
  if (radio) {
    radio.focus();
    return;
  }
  const choice = ["radio", "checkbox"].includes(target.type);
  if (/^(SELECT|TEXTAREA|INPUT)$/.test(target.tagName) && !choice) {
    const field = target.hidden ? document.getElementById(`${target.id}-find`) : target;
    field.focus();
    if (field.tagName !== "TEXTAREA") field.select && field.select();
    else if (!field.selectionEnd) field.setSelectionRange(field.value.length, field.value.length); // words are never typed over
    return;
  }
  if ("keyShows" in target.dataset) { // the key shows the way; Enter does it
    target.focus();
    return;
  }
  if ("stays" in target.dataset) { // taken over beside what is being typed: the hands stay where they are
    target.click();
    return;
  }
  target.focus({ preventScroll: "readyOpen" in target.dataset }); // a list that opens over the page leaves it where it is
  target.click();
}
