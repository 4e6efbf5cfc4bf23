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
    });
  }
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
