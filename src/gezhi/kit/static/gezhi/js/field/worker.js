// The service worker of /field/: pages and tasks for when there is no line. The server writes KEEP above these lines.
/* global KEEP */
const FILES = `gezhi-field-${KEEP.version}`;
const DATA = "gezhi-field-data"; // tasks and addresses; signing out removes it, and so does half a day
const PATIENCE = 8000;

self.addEventListener("install", (event) => {
  const fill = (cache) => cache.addAll([KEEP.shell, ...KEEP.files]);
  event.waitUntil(caches.open(FILES).then(fill).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("gezhi-field-") && name !== FILES && name !== DATA;
  const clear = (names) => Promise.all(names.filter(old).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(clear).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === `${KEEP.scope}state.json`) event.respondWith(tasks(event.request));
  else if (url.pathname === KEEP.shell) event.respondWith(shell(event.request));
  else if (event.request.mode === "navigate" && url.pathname.startsWith(KEEP.scope)) event.respondWith(page(event.request));
  else if (url.pathname.startsWith(KEEP.static)) event.respondWith(file(event.request));
});

// A line so weak that nothing comes is no line.
function soon(request) {
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE, new Error("late")));
  return Promise.race([fetch(request), late]);
}

async function page(request) {
  try {
    const response = await soon(request);
    if (response.status < 502 || response.status > 504) return response;
  } catch {
    // the page that stands in follows
  }
  const cache = await caches.open(FILES);
  return (await cache.match(KEEP.shell)) || Response.error();
}

async function shell(request) {
  const cache = await caches.open(FILES);
  try {
    const response = await soon(request);
    if (response.ok) await cache.put(KEEP.shell, response.clone());
    return response;
  } catch {
    return (await cache.match(KEEP.shell)) || Response.error();
  }
}

async function file(request) {
  const cache = await caches.open(FILES);
  return (await cache.match(request)) || fetch(request);
}

async function tasks(request) {
  const cache = await caches.open(DATA);
  try {
    const response = await soon(request);
    if (response.ok) await cache.put(request, await dated(response.clone()));
    else if (response.status === 401 || response.status === 403) await cache.delete(request);
    if (response.status < 500) return response;
  } catch {
    // what was kept follows
  }
  const found = await cache.match(request);
  if (found && Date.now() - Number(found.headers.get("X-Kept-At")) < KEEP.hours * 3600000) return found;
  await caches.delete(DATA);
  return new Response("{}", { status: 504, headers: { "Content-Type": "application/json" } });
}

async function dated(response) {
  const headers = { "Content-Type": "application/json", "X-Kept-At": String(Date.now()) };
  return new Response(await response.blob(), { headers });
}
