// Keeps what is typed in forms marked data-draft: every five seconds, per person and form, for one day; on this device, or
// at the server where the form says so (data-draft-url), and then on this device only as long as the server is not reached.
import { say, announce } from "./words.js";
import { beacon, keepAtServer, keepOther } from "./drafts_server.js";

const DAY = 24 * 3600 * 1000;
const user = document.body.dataset.user || "guest";
const prefix = `gezhi.draft.${user}.`;
const skip = new Set(["csrfmiddlewaretoken", "key", "last"]);

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(prefix + name));
  } catch {
    return null;
  }
}

function write(name, draft) {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(draft));
    return true;
  } catch {
    return false; // storage is full or closed: the page works on without drafts
  }
}

function forget(name) {
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // nothing was stored where storage is closed
  }
}

function fields(form) {
  return [...form.elements].filter((e) => e.name && !skip.has(e.name) && !["file", "password", "submit", "button", "hidden"].includes(e.type));
}

function values(form) {
  const found = {};
  for (const e of fields(form)) {
    if (e.type === "checkbox" || e.type === "radio") {
      if (e.checked) (found[e.name] = found[e.name] || []).push(e.value);
    } else if (e.multiple) {
      found[e.name] = [...e.selectedOptions].map((o) => o.value);
    } else if (e.value) {
      found[e.name] = [e.value];
    }
  }
  return found;
}

// Fields that come later, with a part that the server sends, find their draft too; what is answered by then stays.
function fillLater(form, draft) {
  const late = new Set(Object.keys(draft.values).filter((name) => !form.elements[name]));
  if (!late.size) return;
  form.addEventListener("htmx:afterSettle", () => {
    const come = fields(form).filter((e) => late.has(e.name));
    for (const e of come) late.delete(e.name);
    put(come, draft);
  });
  if (document.readyState === "complete") return;
  const tell = () => fields(form).forEach((e) => draft.values[e.name] && e.dispatchEvent(new Event("change", { bubbles: true })));
  document.addEventListener("htmx:load", tell, { once: true }); // at the start nobody listens yet who would fetch them
}

function fill(form, draft) {
  fillLater(form, draft);
  put(fields(form), draft);
  const key = form.querySelector("input[name=key]");
  if (key && draft.key) key.value = draft.key; // the same sending as before: it is counted once
}

function put(elements, draft) {
  for (const e of elements) {
    const kept = draft.values[e.name] || [];
    if (e.type === "checkbox" || e.type === "radio") e.checked = kept.includes(e.value);
    else if (e.multiple) for (const o of e.options) o.selected = kept.includes(o.value);
    else e.value = kept[0] || "";
  }
  for (const e of elements) { // when all is in place: what a change asks the server for is sent with the rest
    e.dispatchEvent(new Event("input", { bubbles: true }));
    e.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const clockText = (at) => new Date(at).toTimeString().slice(0, 8);

function offer(form, name, draft) {
  const box = document.createElement("div");
  box.className = "notice is-due";
  box.setAttribute("role", "status");
  const text = document.createElement("div");
  text.className = "grow";
  text.textContent = say(draft.sent ? "unsure" : "restored", { time: clockText(draft.at) });
  const discard = document.createElement("button");
  discard.type = "button";
  discard.textContent = say("discard");
  if (form.dataset.draftOwn !== undefined) keyed(discard);
  discard.addEventListener("click", () => {
    forget(name);
    box.remove();
    if (!draft.sent) form.reset();
    for (const e of fields(form)) e.dispatchEvent(new Event("change", { bubbles: true }));
  });
  box.append(text);
  if (draft.sent) {
    const restore = document.createElement("button");
    restore.type = "button";
    restore.textContent = say("restore");
    restore.addEventListener("click", () => {
      fill(form, draft);
      box.remove();
    });
    box.append(restore);
  }
  box.append(discard);
  form.before(box);
}

// The key that leads to it where it lies among many fields; Enter then does it.
function keyed(button) {
  const shown = document.createElement("kbd");
  shown.textContent = "Alt X";
  Object.assign(button.dataset, { key: "Alt+X", keyShows: "" });
  button.setAttribute("aria-keyshortcuts", "Alt+X");
  button.append(" ", shown);
}

// The server names the forms it has taken in a cookie that lives a minute; their drafts are done with.
function clearDone() {
  const done = document.cookie.split("; ").find((c) => c.startsWith("gezhi_done="));
  const key = done && decodeURIComponent(done.slice("gezhi_done=".length));
  const now = Date.now();
  let names = [];
  try {
    names = Object.keys(localStorage).filter((n) => n.startsWith("gezhi.draft."));
  } catch {
    return;
  }
  for (const full of names) {
    let draft = null;
    try {
      draft = JSON.parse(localStorage.getItem(full));
    } catch {
      draft = null;
    }
    if (!draft || now - draft.at > DAY || (key && draft.key === key)) localStorage.removeItem(full);
  }
}

let cleared = false;

export function drafts(root) {
  if (!cleared) {
    cleared = true;
    clearDone();
    for (const out of document.querySelectorAll("form[data-sign-out]")) out.addEventListener("submit", forgetAll);
  }
  for (const form of root.querySelectorAll("form[data-draft]")) if (!form.dataset.draftReady) keep(form);
}

function forgetAll() {
  if (window.caches) caches.delete("gezhi-field-data"); // what the phone keeps of work in the field
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) localStorage.removeItem(name);
  } catch {
    // nothing to forget
  }
}

// What was typed into this form before it was shown anew, if anything; the name under which it is kept from now on.
function begin(form, key) {
  const own = form.dataset.draftOwn !== undefined; // each such form has a draft and an address of its own
  const asked = own ? new URLSearchParams(location.search).get("form") : "";
  const name = own ? ownName(form, asked || key.value) : form.dataset.draft;
  const kept = read(name);
  const server = Number(form.dataset.draftAt || 0) * 1000;
  const shown = key && kept && kept.key === key.value && !server && !asked; // sent back with what it held
  if (kept && server > kept.at) forget(name);
  else if (kept && !shown && !(own && kept.sent)) { // whether an own one that was sent has arrived, the server knows
    if (!kept.sent) fill(form, kept);
    offer(form, name, kept);
  }
  if (!own) return name;
  if (key.value !== asked) history.replaceState(history.state, "", `${location.pathname}?form=${encodeURIComponent(key.value)}`);
  return ownName(form, key.value);
}

const ownName = (form, key) => `${form.dataset.draft}:${key}`;

// Own drafts of other forms that never reached the server are handed to it; it knows which of them have arrived as cases.
export async function strays(form) {
  const own = `${prefix}${form.dataset.draft}:`;
  const mine = ownName(form, form.elements.key.value);
  let names = [];
  try {
    names = Object.keys(localStorage).filter((full) => full.startsWith(own) && full !== prefix + mine);
  } catch {
    return false;
  }
  let handed = false;
  for (const full of names) {
    const draft = read(full.slice(prefix.length));
    if (!draft) continue;
    await keepOther(form, draft).then(() => {
      forget(full.slice(prefix.length));
      handed = true;
    }, () => {}); // not reached again: it stays here and is tried with the next call
  }
  return handed;
}

function keep(form) {
  form.dataset.draftReady = "1";
  const key = form.querySelector("input[name=key]");
  const name = begin(form, key);
  const note = form.querySelector("[data-draft-note]") || document.querySelector(`[data-draft-note="${name}"]`);
  let last = JSON.stringify(values(form));
  const local = (draft) => write(name, draft) && note && !draft.sent && (note.textContent = say("saved", { time: clockText(draft.at) }));
  const save = (sent) => {
    const now = values(form);
    const text = JSON.stringify(now);
    if (text === last && !sent) return;
    last = text;
    const draft = { at: Date.now(), key: key ? key.value : "", values: now, sent };
    if (!form.dataset.draftUrl || sent) return local(draft);
    return atServer(form, name, note, () => {
      last = ""; // tried again with the next round, whether or not a letter is added
      local(draft);
    });
  };
  setInterval(() => save(false), 5000);
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.matches("[data-drops]")) forget(name); // thrown away, not sent
    else save(true);
  });
  window.addEventListener("pagehide", () => {
    if (form.dataset.sent) return;
    if (form.dataset.draftUrl && JSON.stringify(values(form)) !== last) beacon(form);
    else save(false);
  });
  form.addEventListener("gezhi:lost", () => {
    announce(say("lost"));
  });
}

function atServer(form, name, note, otherwise) {
  return keepAtServer(form).then((time) => {
    forget(name);
    if (note) note.textContent = say("saved", { time });
  }, otherwise);
}
