// Where the phone is: asked when a form opens, so that it is there when the form is sent; else why it is not known.
import { say } from "./say.js";

const LONGEST = 20000;
const NEARLY = 5000; // for which a form that is sent waits for a position that is being looked for
const WHY = { 1: "denied", 2: "no_signal", 3: "no_signal" };
const looking = new WeakMap();

const possible = () => Boolean(navigator.geolocation) && window.isSecureContext !== false;

function here() {
  return new Promise((done, fail) => {
    const wish = { enableHighAccuracy: true, timeout: LONGEST, maximumAge: 30000 };
    navigator.geolocation.getCurrentPosition((found) => done(found.coords), fail, wish);
  });
}

function choose(form, code) {
  const select = form.querySelector("[name=no_place]");
  if (select) select.value = code;
}

function fill(form, coords) {
  form.elements.lon.value = coords.longitude.toFixed(6);
  form.elements.lat.value = coords.latitude.toFixed(6);
  form.elements.accuracy.value = String(Math.round(coords.accuracy));
}

async function look(form) {
  const box = form.querySelector("[data-position]");
  const words = form.querySelector("[data-position-words]");
  const why = form.querySelector("[data-position-why]");
  box.hidden = false;
  why.hidden = true;
  words.textContent = say("looking");
  try {
    const coords = await here();
    fill(form, coords);
    words.textContent = say("placed", { n: Math.round(coords.accuracy) });
  } catch (fault) {
    choose(form, WHY[fault.code] || "other");
    why.hidden = false;
    words.textContent = say("unplaced");
  }
}

export function watch(form) {
  if (form.dataset.placeReady) return;
  form.dataset.placeReady = "1";
  if (!possible()) {
    choose(form, "not_offered");
    return;
  }
  const begin = () => looking.set(form, look(form));
  form.querySelector("[data-position-again]").addEventListener("click", begin);
  begin();
}

// Until the position is there, or it takes too long: then the reason is that there is no signal.
export async function settled(form) {
  const found = looking.get(form);
  if (!found) return;
  const late = new Promise((done) => setTimeout(done, NEARLY, "late"));
  if ((await Promise.race([found, late])) === "late" && !form.elements.lon.value) choose(form, "no_signal");
}

function metres(one, lon, lat) {
  const rad = Math.PI / 180;
  const x = (lon - one.longitude) * rad * Math.cos(((lat + one.latitude) / 2) * rad);
  return Math.round(6371000 * Math.hypot(x, (lat - one.latitude) * rad));
}

// Of the places that are due on one day the nearest comes first; only where the position was allowed before.
export async function nearest(list) {
  if (!list || !possible() || !navigator.permissions) return;
  const allowed = await navigator.permissions.query({ name: "geolocation" });
  if (allowed.state !== "granted") return;
  const coords = await here().catch(() => null);
  if (!coords) return;
  const rows = [...list.children].map((row) => {
    const far = row.dataset.lon ? metres(coords, Number(row.dataset.lon), Number(row.dataset.lat)) : Infinity;
    const note = row.querySelector("[data-far]");
    if (note && far < Infinity) note.textContent = far < 1000 ? `${far} m` : `${(far / 1000).toFixed(1)} km`;
    return { row, far, due: row.dataset.due };
  });
  const today = new Date().toISOString().slice(0, 10);
  const day = (one) => (one.due < today ? today : one.due);
  rows.sort((a, b) => (day(a) < day(b) ? -1 : day(a) > day(b) ? 1 : a.far - b.far || 0));
  list.append(...rows.map((one) => one.row));
}
