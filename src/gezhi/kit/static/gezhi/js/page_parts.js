// Small behaviours of single elements: menus that close, parts shown by a choice, counted letters, copying, previews.
import { say, announce } from "./words.js";

let listening = false;

export function menus() {
  if (listening) return;
  listening = true;
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    const goal = event.target.closest("[data-opens]");
    if (goal) {
      const dialog = document.getElementById(goal.dataset.opens);
      if (dialog && dialog.showModal) dialog.showModal();
    }
    const insert = event.target.closest("[data-insert]");
    if (insert) insertText(insert);
    const go = event.target.closest("a[data-focus]");
    if (go) {
      const field = document.querySelector(go.dataset.focus);
      if (field) setTimeout(() => field.focus());
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A ready text goes to where the cursor stands in its field.
function insertText(button) {
  const area = document.querySelector(button.dataset.insertInto);
  if (!area) return;
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest("details").open = false;
  area.focus();
}

// A radio button with data-shows="id" shows that part, its neighbours hide theirs; without scripts all parts are seen.
export function shows(root) {
  for (const radio of root.querySelectorAll("input[data-shows]")) {
    if (radio.dataset.showsReady) continue;
    radio.dataset.showsReady = "1";
    const group = [...radio.form.elements].filter((e) => e.name === radio.name);
    const apply = () => {
      for (const one of group) {
        if (!one.dataset.shows) continue;
        const part = document.getElementById(one.dataset.shows);
        if (part && !(one !== radio && group.some((o) => o.checked && o.dataset.shows === one.dataset.shows))) {
          part.hidden = !group.some((o) => o.checked && o.dataset.shows === one.dataset.shows);
        }
      }
    };
    for (const one of group) one.addEventListener("change", apply);
    apply();
  }
}

// "Back to the list" leads to the list as it was left: tab, filters, page.
export function backs(root) {
  for (const link of root.querySelectorAll("a[data-back]")) {
    try {
      link.href = sessionStorage.getItem("gezhi.list") || link.href;
    } catch {
      // without storage the link leads to the list from its top
    }
  }
}

export function counts(root) {
  for (const area of root.querySelectorAll("textarea[data-count]")) {
    if (area.dataset.countReady) continue;
    area.dataset.countReady = "1";
    const note = document.createElement("div");
    note.className = "count";
    const tell = () => {
      const near = area.value.length > area.maxLength * 0.8;
      note.textContent = near ? say("chars", { n: area.value.length, max: area.maxLength }) : "";
    };
    area.addEventListener("input", tell);
    area.after(note);
    tell();
  }
}

export function copies(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (button.dataset.copyReady) continue;
    button.dataset.copyReady = "1";
    button.addEventListener("click", () => {
      const text = document.getElementById(button.dataset.copy).textContent.trim();
      const done = () => {
        const before = button.textContent;
        button.textContent = say("copied");
        announce(say("copied"));
        setTimeout(() => (button.textContent = before), 2000);
      };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done);
      else selectText(button.dataset.copy);
    });
  }
}

function selectText(id) {
  const range = document.createRange();
  range.selectNodeContents(document.getElementById(id));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// What the citizen will read, beside the words as they are typed.
export function previews(root) {
  for (const area of root.querySelectorAll("[data-preview]")) {
    if (area.dataset.previewReady) continue;
    area.dataset.previewReady = "1";
    const target = document.getElementById(area.dataset.preview);
    if (!target) continue;
    const blank = target.textContent;
    const show = () => {
      target.textContent = area.value.trim() || blank;
      target.classList.toggle("blank", !area.value.trim());
    };
    area.addEventListener("input", show);
    show();
  }
}
