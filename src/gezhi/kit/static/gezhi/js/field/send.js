// Sends what waits, one act after the other: its photos piece by piece from where the server has them, then the act itself.
import { put, waiting } from "./queue.js";

const PIECE = 256 * 1024;
const TRIES = 8; // disagreements about one photo before it is left for later
let running = false;

// Why a round ends early; what was not accepted is no such reason, the next act is sent all the same.
class Stop extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

class NotAccepted extends Error {
  constructor(told) {
    super(told.message);
    this.told = told;
  }
}

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Stop("away");
  }
  if (response.status === 401) throw new Stop("signIn");
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Stop("later");
  let told = null;
  try {
    told = await response.json();
  } catch {
    throw new Stop(response.status === 403 ? "expired" : "later"); // a page instead of data: a proxy, or an old form
  }
  if (told.code === "password-due" || told.code === "sign-in-needed") throw new Stop("signIn");
  if (!response.ok) throw new NotAccepted(told);
  return told;
}

async function photo(one, token, progress) {
  const url = `/field/parts/${one.id}/`;
  let at = (await ask(url)).offset;
  let tries = 0;
  while (at < one.size) {
    progress(at / one.size);
    const headers = { "X-CSRFToken": token, "Upload-Offset": String(at), "Upload-Length": String(one.size),
      "Upload-Name": encodeURIComponent(one.name).slice(0, 200), "Content-Type": "application/octet-stream" };
    try {
      at = (await ask(url, { method: "POST", headers, body: one.blob.slice(at, at + PIECE) })).offset;
    } catch (fault) {
      if (!(fault instanceof NotAccepted) || fault.told.code !== "field-offset" || ++tries > TRIES) throw fault;
      at = fault.told.facts.offset;
    }
  }
  progress(1);
}

async function act(one, token, tell) {
  for (let n = 0; n < one.photos.length; n++) {
    const say = (share) => tell(one, { n: n + 1, of: one.photos.length, percent: Math.round(100 * share) });
    await photo(one.photos[n], token, say);
  }
  tell(one, null);
  const body = JSON.stringify({
    key: one.id, kind: one.kind, of: one.of, fields: one.fields, made: one.made, sent: new Date().toISOString(),
    parts: one.photos.map((each) => each.id),
  });
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  return ask("/field/send/", { method: "POST", headers, body });
}

async function round(tell) {
  const pass = await ask("/field/pass.json");
  document.body.dataset.fieldUser = String(pass.user);
  for (const one of await waiting(String(pass.user))) {
    try {
      const answer = await act(one, pass.token, tell);
      await put({ ...one, state: "arrived", answer, photos: [] });
    } catch (fault) {
      if (!(fault instanceof NotAccepted)) throw fault;
      await put({ ...one, state: "refused", why: fault.told.message || fault.told.code });
    }
    tell(one, null);
  }
}

// One round at a time, in one window at a time; answers why it ended, or nothing when all is sent.
export async function flush(tell) {
  if (running) return "running";
  running = true;
  const go = async () => {
    try {
      await round(tell);
      return "";
    } catch (fault) {
      if (fault instanceof Stop) return fault.why;
      throw fault;
    }
  };
  try {
    if (!navigator.locks) return await go();
    return await navigator.locks.request("gezhi-field", { ifAvailable: true }, (lock) => (lock ? go() : "running"));
  } finally {
    running = false;
  }
}
