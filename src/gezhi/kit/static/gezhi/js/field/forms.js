// A form of the phone goes into the queue first and leaves it when it has arrived; so it is the same with and without a line.
import { owner, put } from "./queue.js";
import { send, show } from "./panel.js";
import { settled, watch } from "./position.js";
import { element, fresh, say } from "./say.js";

const LEFT_OUT = new Set(["csrfmiddlewaretoken", "key", "files"]);

export function prepare(root) {
  for (const form of root.querySelectorAll("form[data-field]")) watch(form);
}

export function listen() {
  document.addEventListener("submit", taken, true);
}

function values(form, button) {
  const found = {};
  for (const one of form.elements) {
    if (!one.name || LEFT_OUT.has(one.name) || one.tagName === "BUTTON") continue;
    if ((one.type === "radio" || one.type === "checkbox") && !one.checked) continue;
    found[one.name] = one.value;
  }
  if (button && button.name) found[button.name] = button.value;
  if (found.lon) found.no_place = "";
  return found;
}

// What the server would refuse is said at once, since there may be no line to hear it on.
function lacking(form, said, photos) {
  const kind = form.dataset.field;
  const needs = [];
  if (kind !== "patrol" && !said.result) needs.push("result");
  const photo = kind === "patrol" || said.result === "problem" || (kind === "check" && said.result !== "could_not");
  if (photo && !photos.length) needs.push("files");
  const words = kind === "patrol" || said.result === "problem" || said.result === "could_not";
  if (words && !(said.note || "").trim()) needs.push("note");
  if (kind === "patrol" && !(said.place || "").trim()) needs.push("place");
  return needs;
}

const control = (form, name) => form.querySelector(`[name=${name}]:not([type=hidden]):not(button)`);

function label(form, name) {
  const one = control(form, name);
  const group = one && one.closest("fieldset");
  const found = group ? group.querySelector("legend") : one && form.querySelector(`label[for="${one.id}"]`);
  return found ? found.firstChild.textContent.trim() : name;
}

function complain(form, needs) {
  for (const old of form.querySelectorAll(".errors")) old.remove();
  const box = element("section", "errors");
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  for (const name of needs) box.append(element("p", "", say("missing", { name: label(form, name) })));
  form.prepend(box);
  const first = control(form, needs[0]);
  const folded = first && first.closest("details");
  if (folded) folded.open = true;
  box.focus();
}

async function taken(event) {
  const form = event.target;
  if (!form.matches("form[data-field]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sent) return;
  const button = event.submitter || document.activeElement;
  const files = form.elements.files ? [...form.elements.files.files] : [];
  const needs = lacking(form, values(form, button), files);
  if (needs.length) {
    complain(form, needs);
    return;
  }
  form.dataset.sent = "1";
  for (const one of form.querySelectorAll("button")) one.setAttribute("aria-busy", "true");
  await settled(form);
  await keep(form, values(form, button), files);
}

async function keep(form, fields, files) {
  const photos = [];
  for (const file of files) {
    const blob = new Blob([await file.arrayBuffer()], { type: file.type });
    photos.push({ id: fresh(), name: file.name, size: blob.size, blob });
  }
  const named = form.dataset.label || fields.place || "";
  await put({
    id: form.elements.key.value || fresh(), user: owner(), kind: form.dataset.field, of: form.dataset.of, label: named,
    fields, photos, made: new Date().toISOString(), at: Date.now(), state: "waiting", why: "",
  });
  forgetDraft(form.dataset.draft);
  const told = element("div", "panel sheet field-kept");
  told.tabIndex = -1;
  const back = element("a", "btn", say("back"));
  back.href = form.dataset.field === "visit" ? "/field/visits/" : "/field/";
  told.append(element("h2", "", say("kept")), back);
  form.replaceWith(told);
  await show();
  told.focus();
  await send();
}

function forgetDraft(name) {
  try {
    for (const key of Object.keys(localStorage)) if (name && key.endsWith(`.${name}`)) localStorage.removeItem(key);
  } catch {
    // nothing is kept where storage is closed
  }
}
