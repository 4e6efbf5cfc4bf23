// Before a form goes out: a half-typed date or number is said at its field and held back; a doubt leads to its field.
import { say, announce } from "./words.js";

// The browser sends a half-typed date or number as empty; forms that check nothing themselves would lose it without a word.
export function halves() {
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formNoValidate) return;
    const half = [...event.target.elements].find((e) => e.validity && e.validity.badInput && !e.disabled);
    if (!half) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // no other part may take the form as sent
    tell(half);
    half.focus();
  }, true);
}

function tell(field) {
  announce(say("half"));
  if (field.dataset.half) return;
  field.dataset.half = "1";
  field.setAttribute("aria-invalid", "true");
  const note = document.createElement("div");
  note.className = "field-error";
  note.textContent = say("half");
  field.after(note);
  const settled = () => {
    if (field.validity.badInput) return;
    delete field.dataset.half;
    field.removeAttribute("aria-invalid");
    note.remove();
    for (const name of ["input", "change"]) field.removeEventListener(name, settled);
  };
  for (const name of ["input", "change"]) field.addEventListener(name, settled);
}

// The first field that is in doubt has the focus, an open blank is selected, so that typing fills it.
export function doubts() {
  const box = document.querySelector("[data-doubt]");
  if (!box) return;
  const all = [...box.closest("form").elements].filter((e) => e.name === box.dataset.doubt && e.type !== "hidden");
  const field = all.find((e) => e.checked) || all[0];
  if (!field) return;
  field.focus(); // a list that becomes a field to find by typing hands the focus on
  const words = box.dataset.doubtWords;
  const from = words ? field.value.indexOf(words) : -1;
  if (from >= 0) field.setSelectionRange(from, from + words.length);
}
