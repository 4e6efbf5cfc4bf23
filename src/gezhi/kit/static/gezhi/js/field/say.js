// The sentences of the phone's scripts, in the page's language; the page carries them.
export function say(name, facts = {}) {
  const store = document.getElementById("field-words");
  const text = (store && store.dataset[name]) || name;
  return text.replace(/\{(\w+)\}/g, (_, fact) => (fact in facts ? facts[fact] : ""));
}

// A key that only this phone can have made; older browsers and plain http lack randomUUID.
export function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
