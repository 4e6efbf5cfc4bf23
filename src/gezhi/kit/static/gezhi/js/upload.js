// Files before they are sent: shown with size and picture, checked against the limits, sent with progress.
import { say, announce } from "./words.js";
import { busy } from "./once.js";
import { enhance } from "./page.js";

export function start(root) {
  for (const box of root.querySelectorAll("[data-upload]")) if (!box.dataset.uploadReady) upload(box);
}

function upload(box) {
  box.dataset.uploadReady = "1";
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector(".files");
  const megabytes = Number(box.dataset.limitMb);
  const most = Number(box.dataset.limitFiles);
  let files = [];
  const give = () => {
    const data = new DataTransfer();
    for (const file of files) data.items.add(file);
    input.files = data.files;
  };
  const show = (problems) => {
    list.replaceChildren(...problems.map(problem), ...files.map((file, i) => line(file, () => drop(i))));
    if (problems.length) announce(problems.join(" "));
  };
  const drop = (i) => {
    files.splice(i, 1);
    give();
    show([]);
    input.focus();
  };
  input.addEventListener("change", () => {
    const problems = [];
    for (const file of input.files) {
      if (file.size > megabytes * 1e6) problems.push(say("tooLarge", { name: file.name, n: megabytes }));
      else if (!files.some((f) => f.name === file.name && f.size === file.size && f.lastModified === file.lastModified)) files.push(file);
    }
    if (files.length > most) {
      files = files.slice(0, most);
      problems.push(say("tooMany", { n: most }));
    }
    give();
    show(problems);
  });
  const form = input.form;
  if (form && form.method === "post") form.addEventListener("submit", (event) => files.length && send(event, form));
}

function problem(text) {
  const li = document.createElement("li");
  li.className = "bad";
  li.textContent = text;
  return li;
}

const sizeOf = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(n / 1e3))} KB`);

function line(file, remove) {
  const li = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const img = document.createElement("img");
    img.src = URL.createObjectURL(file);
    img.alt = "";
    img.addEventListener("load", () => URL.revokeObjectURL(img.src));
    li.append(img);
  }
  const name = document.createElement("span");
  name.className = "grow clip";
  name.textContent = `${file.name} · ${sizeOf(file.size)}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "×";
  button.setAttribute("aria-label", say("remove", { name: file.name }));
  button.title = button.getAttribute("aria-label");
  button.addEventListener("click", remove);
  li.append(name, button);
  return li;
}

// Sent by script only to show progress; the answer is shown as if the browser had sent the form.
function send(event, form) {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const bar = document.createElement("progress");
  bar.max = 100;
  const note = document.createElement("p");
  note.className = "muted";
  note.setAttribute("role", "status");
  form.append(bar, note);
  const data = new FormData(form);
  if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  const end = (text) => {
    bar.remove();
    note.textContent = text;
    busy(form, false);
  };
  request.upload.addEventListener("progress", (e) => {
    if (!e.lengthComputable) return;
    bar.value = (100 * e.loaded) / e.total;
    note.textContent = say("progress", { n: Math.round(bar.value) });
  });
  request.addEventListener("error", () => {
    end(say("lost"));
    form.dispatchEvent(new Event("gezhi:lost"));
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.responseURL && request.responseURL !== form.action) {
      location.assign(request.responseURL);
      return;
    }
    end("");
    showAnswer(request.responseText);
  });
  request.send(data);
}

function showAnswer(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  const old = document.querySelector("main");
  if (!fresh || !old) return location.reload();
  const main = document.importNode(fresh, true);
  const kept = [...old.querySelectorAll("input[type=file]")];
  old.replaceWith(main);
  for (const input of main.querySelectorAll("input[type=file]")) {
    const before = kept.find((k) => k.name === input.name);
    if (before && before.files.length) input.files = before.files;
  }
  enhance(document);
  for (const input of main.querySelectorAll("input[type=file]")) if (input.files.length) input.dispatchEvent(new Event("change"));
  const goal = document.getElementById("errors") || main;
  goal.focus();
  return undefined;
}
