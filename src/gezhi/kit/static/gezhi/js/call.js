// The call screen: timer, digits that choose, the first fitting case at F6, why a call brings no case, words beside fields.
import { strays } from "./drafts.js";
import { announce } from "./words.js";

export function start(root) {
  const form = root.querySelector("form[data-call]");
  if (!form || form.dataset.callReady) return;
  form.dataset.callReady = "1";
  timer(form);
  for (const group of form.querySelectorAll("[data-digits]")) digits(group, "input[type=radio]");
  causes(form);
  adding(form);
  others(form);
  begun(form);
  family(form);
  form.addEventListener("change", () => says(form));
}

// Who calls for himself is asked for nobody else's name and number; what was typed stays in sight.
function family(form) {
  const row = form.querySelector(".family");
  if (!row) return;
  const look = () => {
    const typed = [...row.querySelectorAll("input")].some((input) => input.value);
    row.classList.toggle("is-alone", !row.querySelector("select").value && !typed);
  };
  row.addEventListener("change", look);
  form.addEventListener("reset", () => setTimeout(look));
  look();
}

// Runs since the call was answered; without a telephone system since the first key. Cases keep it, so a crash stops nothing.
function timer(form) {
  const shown = form.querySelector("[data-timer]");
  const kept = form.elements.began;
  const begin = () => {
    if (!kept.value) kept.value = new Date().toISOString();
  };
  form.addEventListener("input", begin);
  const two = (n) => String(n).padStart(2, "0");
  const show = () => {
    if (!kept.value) return;
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(kept.value)) / 1000));
    shown.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  show();
  setInterval(show, 1000);
}

// One digit chooses among the options that have the focus.
function digits(group, what) {
  group.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    const one = group.querySelectorAll(what)[Number(event.key) - 1];
    if (!one || ["text", "search"].includes(event.target.type)) return;
    event.preventDefault();
    one.focus();
    one.click();
  });
}

function causes(form) {
  const menu = form.querySelector("[data-causes]");
  digits(menu, "button");
  menu.addEventListener("toggle", () => menu.open && menu.querySelector("button").focus());
}

// F6 without a chosen case takes the first that fits, says so, and waits for a second F6.
function adding(form) {
  const button = form.querySelector("button[value=add]");
  button.addEventListener("click", (event) => {
    const all = [...form.elements].filter((e) => e.name === "to");
    if (!all.length || all.some((e) => e.checked)) return;
    event.preventDefault();
    all[0].checked = true;
    all[0].focus();
    announce(all[0].closest("li").textContent.trim());
  });
}

// Unfinished drafts of other calls in their bar; what never reached the server is handed over first, and then stands there too.
function others(form) {
  const bar = document.getElementById("drafts");
  bar.addEventListener("htmx:afterSwap", () => first(form).focus());
  strays(form).then((handed) => {
    if (!handed) return;
    const beside = new URLSearchParams({ beside: form.elements.key.value });
    fetch(`${bar.dataset.drafts}?${beside}`, { credentials: "same-origin", headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((html) => {
        if (!html) return;
        bar.innerHTML = html; // our own answer, escaped by the server
        if (window.htmx) window.htmx.process(bar);
      });
  });
}

// Where typing begins: the first of these that is still empty, else the words.
function first(form) {
  const { phone, name, text } = form.elements;
  return [phone, name].find((field) => !field.value) || text;
}

// A page that was just opened takes what is typed at once; words that came back are gone on with at their end.
function begun(form) {
  const now = document.activeElement;
  if (now && now !== document.body && (!now.matches("[autofocus]") || now.value)) return; // an error, a doubt, what is typed already
  const field = form.elements.text.value ? form.elements.text : first(form);
  field.focus({ preventScroll: true });
  if (field.setSelectionRange) field.setSelectionRange(field.value.length, field.value.length);
}

// Beside matter and unit: how sure the suggestion is, and the row of the catalogue.
export function says(form) {
  for (const chip of form.querySelectorAll("[data-chip]")) {
    const field = form.elements[chip.dataset.chip];
    const word = [...document.querySelectorAll(`[data-says="${chip.dataset.chip}"]`)].find((e) => e.dataset.for === field.value);
    chip.hidden = !word;
    chip.textContent = word ? word.textContent : "";
  }
}
