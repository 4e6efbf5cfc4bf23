// While an operator types: asks for matter, unit, ready answers and similar cases, and takes one over by a key or a click.
import { says } from "./call.js";
import { put as putText } from "./ready.js";
import { say, announce } from "./words.js";

const WAIT = 350;

export function start(root) {
  for (const form of root.querySelectorAll("form[data-suggest]")) if (!form.dataset.suggestReady) watch(form);
}

function watch(form) {
  form.dataset.suggestReady = "1";
  const target = document.getElementById(form.dataset.suggestInto);
  const at = { form, target, names: form.dataset.suggestFrom.split(" "), asked: "", running: null, touched: new Set(), filled: "" };
  let timer = null;
  const soon = (event) => {
    if (event.target.tagName === "SELECT" && !event.target.dataset.filling) at.touched.add(event.target.name);
    if (!at.names.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(at), WAIT);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("reset", () => setTimeout(() => at.touched.clear())); // nobody has chosen anything any more
  form.addEventListener("gezhi:taken", (event) => taken(at, event.detail));
  target.addEventListener("click", (event) => {
    if (event.target.closest("[data-whole]")) whole(at, !at.whole);
    const take = event.target.closest("[data-take]");
    if (!take || (take.dataset.answer && back(at, take.dataset.key))) return;
    at.by = take.dataset.key;
    put(form, take.dataset);
    at.by = "";
    if (take.dataset.matter) at.touched.add("matter");
    if (take.dataset.unit) at.filled = take.dataset.unit;
  });
  ask(at);
}

// A ready text that belongs to one matter brings it along where none is chosen; its unit follows as always.
function taken(at, told) {
  const { matter } = at.form.elements;
  at.last = { ...told, by: at.by, brought: "" };
  if (!told.matter || !matter || matter.value || ![...matter.options].some((o) => o.value === told.matter)) return;
  at.touched.add("matter"); // chosen with the text: no suggestion changes it any more
  at.last.brought = told.matter;
  fill(matter, told.matter);
}

// The same key once more, with nothing typed into the answer since: text, matter and unit are as they were.
function back(at, key) {
  const { last } = at;
  const { reply, matter, unit } = at.form.elements;
  if (!last || !last.by || last.by !== key || reply.value !== last.now) return false;
  at.last = null;
  last.back();
  if (last.brought && matter.value === last.brought) {
    at.touched.delete("matter");
    if (unit && unit.value && unit.value === at.filled) fill(unit, "");
    at.filled = "";
    fill(matter, "");
  }
  announce(say("undone"));
  return true;
}

// Ready texts in full, or their first lines.
function whole(at, on) {
  at.whole = on;
  const list = at.target.querySelector("#ready-at-once");
  const button = at.target.querySelector("[data-whole]");
  if (list) list.classList.toggle("whole", on);
  if (button) button.setAttribute("aria-expanded", String(on));
}

// Sent as a body: what a caller says belongs in no log of addresses.
function ask(at) {
  const field = (name) => at.form.elements[name];
  const data = new URLSearchParams();
  for (const name of at.names) data.set(name, (field(name) && field(name).value) || "");
  const to = [...at.form.elements].find((e) => e.name === "to" && e.checked);
  if (data.toString() === at.asked || ![...data.values()].some((v) => v.trim().length > 1)) return;
  at.asked = data.toString();
  if (to) data.set("to", to.value);
  if (at.running) at.running.abort();
  at.running = new AbortController();
  const token = field("csrfmiddlewaretoken");
  const headers = { "HX-Request": "true", "X-CSRFToken": token ? token.value : "" };
  fetch(at.form.dataset.suggest, { method: "POST", body: data, headers, signal: at.running.signal, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
    .then((html) => {
      at.target.innerHTML = html;
      spread(at.target);
      if (at.whole) whole(at, true);
      prefill(at.form, at.target, at.touched);
      follow(at);
      says(at.form);
    })
    .catch(() => {
      // suggestions are a help, never a condition: typing goes on without them
    });
}

// Parts of the answer that belong into another column go there.
function spread(target) {
  for (const part of target.querySelectorAll("[data-part-for]")) {
    const goal = document.getElementById(part.dataset.partFor);
    if (goal) goal.replaceChildren(...part.childNodes);
    part.remove();
  }
}

// What is sure enough is filled in, unless the operator has already chosen; the server marks it.
function prefill(form, target, touched) {
  const sure = target.querySelector("[data-sure]");
  if (sure && !touched.has("matter")) put(form, sure.dataset);
}

// However the matter was chosen, its unit by the catalogue comes with it, unless the operator has set a unit himself.
function follow(at) {
  const { matter, unit } = at.form.elements;
  if (!matter || !unit || !matter.value || at.touched.has("unit")) return;
  const duty = at.target.querySelector("[data-says=unit]");
  const due = duty ? duty.dataset.for : "";
  if (unit.value && unit.value !== due && unit.value !== at.filled) return; // it stood there before: a draft, a page sent back
  if (unit.value !== due) fill(unit, due);
  at.filled = due;
}

function fill(field, value) {
  field.dataset.filling = "1";
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  delete field.dataset.filling;
}

function put(form, found) {
  for (const [name, value] of [["matter", found.matter], ["unit", found.unit]]) {
    const field = form.elements[name];
    if (field && value && field.value !== value) fill(field, value);
  }
  const area = form.elements.reply;
  if (area && found.answer) putText(area, found);
}
