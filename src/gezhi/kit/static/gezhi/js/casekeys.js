// The case page by keyboard: e the form, m the moves, 1 to 9 one of them, j k the next and the last case of the list, b the list.

const CASES = "gezhi.list.cases";

function listed() {
  try {
    return JSON.parse(sessionStorage.getItem(CASES)) || [];
  } catch {
    return []; // without storage there is no list to go through
  }
}

// Links to the neighbours of this case in the list that one came from; without one they stay hidden.
export function siblings(root) {
  const place = root.querySelector("[data-siblings]");
  if (!place) return;
  const cases = listed();
  const here = cases.indexOf(location.pathname);
  if (here < 0 || cases.length < 2) return;
  for (const [mark, goal] of [["prev", cases[here - 1]], ["next", cases[here + 1]]]) {
    const link = place.querySelector(`[rel=${mark}]`);
    if (goal) link.href = goal;
    link.hidden = !goal;
  }
  place.querySelector("[data-place]").textContent = `${here + 1} / ${cases.length}`;
  place.hidden = false;
}

export function pressedOnCase(event) {
  if (!document.querySelector("[data-case], #move-form")) return;
  const goal = target(event.key);
  if (!goal) return;
  event.preventDefault();
  goal();
}

function target(key) {
  const find = (selector) => document.querySelector(selector);
  const click = (one) => one && !one.hidden && (() => one.click());
  const focus = (one) => one && (() => one.focus());
  if (/^[1-9]$/.test(key)) return click(document.querySelectorAll(".menu-list.moves a[data-nth]")[Number(key) - 1]);
  switch (key) {
    case "j":
      return click(find("[data-siblings] [rel=next][href]"));
    case "k":
      return click(find("[data-siblings] [rel=prev][href]"));
    case "b":
      return click(find("a[data-back]"));
    case "e":
      return focus(field());
    case "u":
      return focus(find(".undo button")); // the key shows the way; Enter takes back
    case "m":
      return menu(find(".band details.menu"));
    default:
      return null;
  }
}

// The first field of the form that can be seen: a list with a search of its own hides the list itself.
function field() {
  const form = document.getElementById("move-form");
  const seen = (one) => one.offsetParent !== null && !one.disabled;
  return form && [...form.querySelectorAll("textarea, select, input:not([type=hidden]), button")].find(seen);
}

function menu(details) {
  if (!details) return null;
  return () => {
    details.open = !details.open;
    const first = details.querySelector(details.open ? "a" : "summary");
    if (first) first.focus();
  };
}
