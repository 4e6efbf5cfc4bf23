// Drafts that the server keeps: the whole form as it stands, sealed there, so that a crash of browser or server loses nothing.
function whole(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
}

// Resolves to the time at which the server has it; rejects when it does not.
export async function keepAtServer(form) {
  const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: whole(form), credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).at;
}

// A draft of another form, of the same person: its fields under its own key.
export async function keepOther(form, draft) {
  const data = new URLSearchParams();
  for (const [name, values] of Object.entries(draft.values)) for (const value of values) data.append(name, value);
  data.set("key", draft.key);
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: data, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
}

export function beacon(form) {
  if (navigator.sendBeacon) navigator.sendBeacon(form.dataset.draftUrl, whole(form));
}
