// While an operator types: asks for matter, unit, ready answers and similar cases, and takes one over by a key or a click.
const WAIT = 350;

export function start(root) {
  for (const form of root.querySelectorAll("form[data-suggest]")) if (!form.dataset.suggestReady) watch(form);
}

function watch(form) {
  form.dataset.suggestReady = "1";
  const target = document.getElementById(form.dataset.suggestInto);
  const at = { form, target, names: form.dataset.suggestFrom.split(" "), asked: "", running: null, touched: new Set() };
  let timer = null;
  const soon = (event) => {
    if (event.target.tagName === "SELECT" && !event.target.dataset.filling) at.touched.add(event.target.name);
    if (!at.names.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(at), WAIT);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  target.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (!take) return;
    put(form, take.dataset);
    at.touched.add("matter");
  });
  ask(at);
}

// Sent as a body: what a caller says belongs in no log of addresses.
function ask(at) {
  const field = (name) => at.form.elements[name];
  const data = new URLSearchParams();
  for (const name of at.names) data.set(name, (field(name) && field(name).value) || "");
  if (data.toString() === at.asked || ![...data.values()].some((v) => v.trim().length > 1)) return;
  at.asked = data.toString();
  if (at.running) at.running.abort();
  at.running = new AbortController();
  const token = field("csrfmiddlewaretoken");
  const headers = { "HX-Request": "true", "X-CSRFToken": token ? token.value : "" };
  fetch(at.form.dataset.suggest, { method: "POST", body: data, headers, signal: at.running.signal, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
    .then((html) => {
      at.target.innerHTML = html;
      prefill(at.form, at.target, at.touched);
    })
    .catch(() => {
      // suggestions are a help, never a condition: typing goes on without them
    });
}

// What is sure enough is filled in, unless the operator has already chosen; the server marks it.
function prefill(form, target, touched) {
  const sure = target.querySelector("[data-sure]");
  if (sure && !touched.has("matter")) put(form, sure.dataset);
}

function put(form, found) {
  for (const [name, value] of [["matter", found.matter], ["unit", found.unit]]) {
    const field = form.elements[name];
    if (!field || !value || field.value === value) continue;
    field.dataset.filling = "1";
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    delete field.dataset.filling;
  }
  const area = form.elements.reply;
  if (area && found.answer) {
    area.value = area.value ? `${area.value}\n${found.answer}` : found.answer;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }
}
