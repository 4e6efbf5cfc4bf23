// What waits on this phone: acts with their photos in the browser's own database, each person's apart, in the order made.
const NAME = "gezhi-field";
const STORE = "acts";
let opened = null;

function open() {
  opened =
    opened ||
    new Promise((done, fail) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
      asked.onblocked = () => fail(new Error("blocked"));
    });
  return opened;
}

async function run(mode, work) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(STORE, mode);
    const asked = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => done(asked.result);
    transaction.onabort = () => fail(transaction.error || new Error("aborted"));
  });
}

// Whether this browser can keep acts at all; some refuse in private windows.
export async function available() {
  if (!window.indexedDB || !window.Blob || !window.crypto) return false;
  try {
    await open();
    return true;
  } catch {
    return false;
  }
}

export const put = (act) => run("readwrite", (store) => store.put(act));
export const drop = (id) => run("readwrite", (store) => store.delete(id));

export async function all() {
  const acts = await run("readonly", (store) => store.getAll());
  return acts.sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
}

// Who uses this page: the server writes it into the page, and into what the phone keeps.
export function owner() {
  return document.body.dataset.fieldUser || document.body.dataset.user || "";
}

export async function waiting(user) {
  return (await all()).filter((act) => act.user === user && act.state === "waiting");
}
