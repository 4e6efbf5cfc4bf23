// The unread count beside the bell: looked up when a page opens and once a minute while it is seen, never while it is not.
const EVERY = 60000;

export function start(root) {
  const place = root.querySelector("[data-polls]");
  if (!place || place.dataset.pollsReady || !window.htmx) return;
  place.dataset.pollsReady = "1";
  let last = 0;
  const look = () => {
    if (document.hidden || Date.now() - last < EVERY - 1000) return;
    last = Date.now();
    window.htmx.trigger(place, "look");
  };
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
