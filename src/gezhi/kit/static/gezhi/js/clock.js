// Keeps the words of near clocks fresh, once a minute: what is left, what is overdue, and the colour that goes with it.
import { say } from "./words.js";

const MINUTE = 60000;
const NEAR = 6 * 60 * MINUTE;

function span(ms) {
  const minutes = Math.max(1, Math.floor(ms / MINUTE));
  if (minutes < 60) return say(minutes === 1 ? "minute" : "minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return say(hours === 1 ? "hour" : "hours", { n: hours });
  const days = Math.floor(hours / 24);
  return say(days === 1 ? "day" : "days", { n: days });
}

function refresh(chip) {
  const due = Date.parse(chip.dataset.due);
  const now = Date.now();
  const text = chip.querySelector("span");
  if (now >= due) {
    if (text) text.textContent = say("late", { span: span(now - due) });
    chip.classList.remove("ok", "due");
    chip.classList.add("late");
  } else if (due - now < NEAR) {
    if (text) text.textContent = say("left", { span: span(due - now) });
    const soon = Date.parse(chip.dataset.soon);
    if (soon && now >= soon && chip.classList.contains("ok")) {
      chip.classList.remove("ok");
      chip.classList.add("due");
    }
  }
}

let ticking = false;

export function clocks() {
  if (ticking || document.body.dataset.frozen) return;
  ticking = true;
  setInterval(() => {
    for (const chip of document.querySelectorAll(".chip[data-due]:not([data-lead])")) refresh(chip);
  }, MINUTE);
}
