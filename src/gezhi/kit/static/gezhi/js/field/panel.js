// What waits, was not accepted, or arrived too late, shown above each page; nothing leaves the phone's list unseen.
import { announce } from "../words.js";
import { all, drop, owner, put } from "./queue.js";
import { element, say } from "./say.js";
import { flush } from "./send.js";

const AGAIN = 45000;
let state = "";
let progress = null;

const names = { check: "task", patrol: "patrol", visit: "visit" };
const title = (act) => say(names[act.kind], { name: act.label });

function sides(act) {
  const box = element("div", "field-sides");
  const mine = element("div");
  mine.append(element("b", "", say("mine")), element("p", "", act.answer.words));
  const theirs = element("div");
  theirs.append(element("b", "", say("theirs")));
  for (const line of act.answer.theirs) theirs.append(element("p", "", line));
  box.append(mine, theirs);
  return box;
}

function button(text, work, quiet) {
  const made = element("button", quiet ? "quiet" : "", text);
  made.type = "button";
  made.addEventListener("click", () => work().then(show));
  return made;
}

function line(act) {
  const row = element("li", `field-${act.state}`);
  row.append(element("b", "", title(act)));
  if (act.state === "waiting") {
    const told = progress && progress.id === act.id && progress.photo ? say("photo", progress.photo) : say("waits");
    row.append(element("p", "two", act.photos.length ? `${told} · ${say("photos", { n: act.photos.length })}` : told));
  } else if (act.state === "refused") {
    row.append(element("p", "bad", `${say("refused")}: ${act.why}`));
    const acts = element("div", "actions");
    acts.append(
      button(say("again"), () => put({ ...act, state: "waiting", why: "" }).then(send)),
      button(say("discard"), async () => (confirm(say("sure")) ? drop(act.id) : null), true),
    );
    row.append(acts);
  } else {
    row.append(element("p", "good", `${say("arrived")}: ${act.answer.words}`));
    if (act.answer.clash) row.append(element("p", "bad", act.answer.clash_words), sides(act));
    const acts = element("div", "actions");
    acts.append(button(say("seen"), () => drop(act.id), true));
    row.append(acts);
  }
  return row;
}

export async function show() {
  const box = document.getElementById("field-queue");
  if (!box) return;
  const acts = await all();
  const mine = acts.filter((act) => act.user === owner());
  const others = acts.length - mine.length;
  box.hidden = !mine.length && !others;
  box.querySelector("[data-queue-list]").replaceChildren(...mine.map(line));
  const left = mine.filter((act) => act.state === "waiting").length;
  const said = [left ? say("waiting", { n: left }) : mine.length ? say("nothing") : ""];
  if (left && state && state !== "running") said.push(say(state === "expired" ? "later" : state));
  if (others) said.push(say("other"));
  const line_ = box.querySelector("[data-queue-state]");
  const text = said.filter(Boolean).join(" ");
  if (line_.textContent !== text) line_.textContent = text;
  box.querySelector("[data-queue-send]").hidden = !left;
  box.dataset.waiting = String(left);
  box.dataset.state = state;
}

export async function send() {
  const tell = (act, photo) => {
    progress = { id: act.id, photo };
    show();
  };
  state = await flush(tell);
  if (state === "expired") state = await flush(tell); // the form's token was renewed: once more with the new one
  progress = null;
  await show();
  const box = document.getElementById("field-queue");
  if (box && !box.hidden) announce(box.querySelector("[data-queue-state]").textContent);
}

// What has arrived and was taken as it was needs no look; the rest stays until it was seen.
async function tidy() {
  for (const act of await all()) if (act.state === "arrived" && !act.answer.clash) await drop(act.id);
}

export async function start() {
  await tidy();
  await show();
  const box = document.getElementById("field-queue");
  if (box) box.querySelector("[data-queue-send]").addEventListener("click", send);
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && maybe());
  setInterval(maybe, AGAIN);
  await maybe();
}

async function maybe() {
  const acts = await all();
  if (acts.some((act) => act.state === "waiting")) await send();
}
