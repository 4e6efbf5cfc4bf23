// A form is sent once: a second press while the first is under way does nothing; the server also knows the form's key.
export function once(root) {
  for (const form of root.querySelectorAll("form[method=post]")) {
    if (form.dataset.onceReady) continue;
    form.dataset.onceReady = "1";
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (event.defaultPrevented) return;
      form.dataset.sent = "1";
      // after the browser has read which button was pressed
      setTimeout(() => busy(form, true));
      untilSaved(form);
    });
  }
}

// An answer that is saved as a file leaves the page where it is. The server takes our mark away with such an answer.
const WAITS = "gezhi_waits";
let looking = 0;

function untilSaved(form) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${WAITS}=1; path=/; max-age=600; samesite=lax${secure}`;
  clearInterval(looking);
  looking = setInterval(() => {
    if (document.cookie.split("; ").some((one) => one.startsWith(`${WAITS}=`))) return;
    clearInterval(looking);
    busy(form, false);
    document.body.dispatchEvent(new Event("gezhi:saved")); // what lists the files that were made looks again
  }, 250);
}

export function busy(form, on) {
  const buttons = [...form.querySelectorAll("button")];
  if (form.id) buttons.push(...document.querySelectorAll(`button[form="${form.id}"]`));
  for (const button of buttons) on ? button.setAttribute("aria-busy", "true") : button.removeAttribute("aria-busy");
  if (!on) delete form.dataset.sent;
}

// Coming back by the browser's button shows the form as it was: it must be usable again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) busy(form, false);
});
