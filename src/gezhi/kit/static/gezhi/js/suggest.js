// While an operator types: asks for matter, unit, ready answers and similar cases, and takes one over by a key or a click.
const WAIT = 350;

export function start(root) {
  for (const form of root.querySelectorAll("form[data-suggest]")) if (!form.dataset.suggestReady) watch(form);
}

function watch(form) {
  form.dataset.suggestReady = "1";
  const target = document.getElementById(form.dataset.suggestInto);
  let timer = null;
  let asked = "";
  let running = null;
  const touched = new Set();
  const ask = () => {
    const data = new URLSearchParams();
    for (const name of form.dataset.suggestFrom.split(" ")) data.set(name, (form.elements[name] && form.elements[name].value) || "");
    const text = data.toString();
    if (text === asked || ![...data.values()].some((v) => v.trim().length > 1)) return;
    asked = text;
    if (running) running.abort();
    running = new AbortController();
    // sent as a body: what a caller says belongs in no log of addresses
    const token = form.elements.csrfmiddlewaretoken;
    const headers = { "HX-Request": "true", "X-CSRFToken": token ? token.value : "" };
    fetch(form.dataset.suggest, { method: "POST", body: data, signal: running.signal, headers, credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((html) => {
        target.innerHTML = html;
        prefill(form, target, touched);
      })
      .catch(() => {
        // suggestions are a help, never a condition: typing goes on without them
      });
  };
  const soon = (event) => {
    if (event.target.tagName === "SELECT" && !event.target.dataset.filling) touched.add(event.target.name);
    if (!form.dataset.suggestFrom.split(" ").includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  target.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (!take) return;
    put(form, take.dataset);
    touched.add("matter");
  });
  ask();
}

// What is sure enough is filled in, unless the operator has already chosen; the server marks it.
function prefill(form, target, touched) {
  const sure = target.querySelector("[data-sure]");
  if (sure && !touched.has("matter")) put(form, sure.dataset);
}

function put(form, found) {
  for (const [name, value] of [["matter", found.matter], ["unit", found.unit]]) {
    const field = form.elements[name];
    if (!field || !value) continue;
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
