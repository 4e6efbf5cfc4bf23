// The sentences that scripts say, in the page's language: the page carries them, scripts hold none.
const store = document.getElementById("words");

export function say(name, facts = {}) {
  const text = (store && store.dataset[name]) || name;
  return text.replace(/\{(\w+)\}/g, (_, fact) => (fact in facts ? facts[fact] : ""));
}

// Tell people who cannot see what changed.
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}
