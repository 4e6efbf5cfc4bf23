// Fills the page that stands in without a line with what the phone has kept: lists, and forms copied from the page.
import { enhance } from "../page.js";
import { prepare } from "./forms.js";
import { nearest } from "./position.js";
import { element, fresh, say } from "./say.js";

async function kept() {
  try {
    const response = await fetch("/field/state.json", { credentials: "same-origin" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

const copy = (id) => document.getElementById(id).content.cloneNode(true);

function row(one, url, head, under, chip, late) {
  const made = element("li");
  const link = element("a");
  link.href = url;
  const foot = element("span");
  foot.append(element("span", late ? "chip late" : "chip ok", chip), " ", element("span", "muted small"));
  foot.lastChild.dataset.far = "";
  link.append(element("b", "", head), element("span", "two", under), foot);
  made.append(link);
  if (one.lon !== null && one.lat !== null) Object.assign(made.dataset, { lon: one.lon, lat: one.lat });
  made.dataset.due = String(one.due).slice(0, 10);
  return made;
}

function lists(box, state) {
  box.append(copy("shell-lists"));
  const tasks = box.querySelector("[data-part=tasks]");
  const places = box.querySelector("[data-part=places]");
  const word = (one) => say("due", { day: one.due_words });
  tasks.lastElementChild.append(
    ...state.tasks.map((one) => row(one, one.url, `${one.check_words} · ${one.matter}`, one.place, word(one), one.late)),
  );
  places.lastElementChild.append(
    ...state.places.map((one) => row(one, one.url, one.address, one.kind, word(one), one.late)),
  );
  if (!state.tasks.length) tasks.append(element("p", "two", say("noTasks")));
  if (!state.places.length) places.append(element("p", "two", say("noPlaces")));
  nearest(places.lastElementChild);
}

function about(box, title, lines) {
  document.querySelector("[data-shell-title]").textContent = title;
  const section = box.querySelector("[data-about]");
  if (section) section.append(...lines.filter(Boolean).map((text, n) => element(n ? "p" : "h2", "", text)));
}

function form(box, id, one, facts) {
  box.append(copy(id));
  const made = box.querySelector("form");
  made.elements.key.value = fresh();
  made.dataset.of = one ? one.id : "";
  if (made.elements.seen) made.elements.seen.value = one.seen;
  if (made.dataset.draft) made.dataset.draft = `field-${made.dataset.of || "patrol"}`;
  if (facts) made.dataset.label = facts.label;
}

function fill(box, state) {
  const [, , place, key] = location.pathname.split("/");
  if (place === "patrol") {
    form(box, "shell-patrol", null, null);
    about(box, document.title.split(" · ")[0], []);
    return;
  }
  const task = place === "tasks" && state.tasks.find((one) => one.id === key);
  if (task) {
    form(box, `shell-${task.check}`, task, { label: task.number });
    about(box, task.check_words, [task.ask, task.place, `${task.matter} · ${task.number}`, task.due_words]);
    return;
  }
  const visited = place === "visits" && key && state.places.find((one) => one.id === key);
  if (visited) {
    form(box, "shell-visit", visited, { label: visited.address });
    about(box, visited.address, [visited.kind, visited.due_words, visited.last]);
    return;
  }
  lists(box, state);
}

export async function start(box) {
  const state = await kept();
  const note = document.querySelector("[data-shell-state]");
  if (state) document.body.dataset.fieldUser = String(state.user);
  note.textContent = state ? say("asof", { time: new Date(state.at).toLocaleString() }) : say("none");
  if (!state && location.pathname.split("/")[2] !== "patrol") return;
  fill(box, state || { tasks: [], places: [] });
  enhance(box);
  prepare(box);
}
