// Keys: j k Enter x / ? on worklists; the keys that a page prints on its buttons (F2, F4, Alt+1 …) anywhere.
import { say, announce } from "./words.js";

const typing = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !["checkbox", "radio"].includes(e.target.type);

let started = false;

export function start(root) {
  const list = root.querySelector ? document.querySelector("[data-list]") : null;
  if (list && !list.dataset.listReady) worklist(list);
  if (started) return;
  started = true;
  document.addEventListener("keydown", pressed);
}

function combo(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // Alt with a digit or letter: some layouts turn it into another character, so the physical key counts
  const plain = event.altKey && /^(Digit|Key)/.test(event.code) ? event.code.replace(/^(Digit|Key)/, "") : key;
  return (event.ctrlKey ? "Control+" : "") + (event.altKey ? "Alt+" : "") + plain;
}

function pressed(event) {
  if (event.isComposing || event.metaKey) return;
  const name = combo(event);
  if (/^F\d|^Alt\+|^Control\+/.test(name)) {
    const target = document.querySelector(`[data-key="${name}"]`);
    if (target && !target.closest("[hidden]")) {
      event.preventDefault();
      press(target);
      return;
    }
  }
  if (typing(event) || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = document.querySelector("#search");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "?") {
    const help = document.getElementById("keys");
    if (help && help.showModal) {
      event.preventDefault();
      help.showModal();
    }
  }
}

function press(target) {
  const radio = target.querySelector && (target.querySelector("input[type=radio]:checked") || target.querySelector("input[type=radio]"));
  if (radio) return radio.focus();
  if (target.tagName === "SELECT" || target.tagName === "TEXTAREA" || (target.tagName === "INPUT" && !["radio", "checkbox"].includes(target.type))) {
    const stand = target.hidden ? document.getElementById(`${target.id}-find`) : target;
    (stand || target).focus();
    if (stand && stand.select) stand.select();
  } else {
    target.focus();
    target.click();
  }
  return undefined;
}

function worklist(list) {
  list.dataset.listReady = "1";
  const place = `gezhi.list.${location.pathname}${location.search}`;
  const rows = () => [...list.querySelectorAll(":scope > li")];
  let current = -1;
  const set = (index, scroll = true) => {
    const all = rows();
    if (!all.length) return;
    current = Math.min(Math.max(index, 0), all.length - 1);
    all.forEach((row, i) => row.classList.toggle("cur", i === current));
    const row = all[current];
    if (scroll) {
      row.querySelector("a.t").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    remember(place, row.id);
  };
  const boxes = () => rows().map((row) => row.querySelector("input[type=checkbox]")).filter(Boolean);
  const tell = () => {
    const n = boxes().filter((b) => b.checked).length;
    rows().forEach((row) => row.classList.toggle("sel", Boolean(row.querySelector("input[type=checkbox]:checked"))));
    for (const part of document.querySelectorAll("[data-when-selected]")) part.hidden = !n;
    for (const part of document.querySelectorAll("[data-when-none]")) part.hidden = Boolean(n);
    for (const part of document.querySelectorAll("[data-selected]")) part.textContent = say("selected", { n });
    const all = document.querySelector("[data-select-all]");
    if (all) {
      all.checked = n > 0 && n === boxes().length;
      all.indeterminate = n > 0 && n < boxes().length;
    }
    if (n) announce(say("selected", { n }));
  };
  list.addEventListener("change", tell);
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      tell();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (!document.contains(list) || typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") set(current + 1);
    else if (event.key === "k") set(current < 0 ? 0 : current - 1);
    else if (event.key === "x" && current >= 0) {
      const box = rows()[current].querySelector("input[type=checkbox]");
      if (box) {
        box.checked = !box.checked;
        tell();
      }
    } else if (event.key === "Enter" && current >= 0 && event.target === document.body) rows()[current].querySelector("a.t").click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) remember(place, row.id);
  });
  const back = recall(place);
  const index = back ? rows().findIndex((row) => row.id === back) : -1;
  if (index >= 0) set(index, Boolean(document.referrer && new URL(document.referrer).pathname !== location.pathname));
  tell();
}

function remember(place, id) {
  try {
    sessionStorage.setItem(place, id);
    sessionStorage.setItem("gezhi.list", location.href);
  } catch {
    // without storage the list opens at its top
  }
}

function recall(place) {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}
