// Says when the connection is gone; drafts go on being kept.
import { say } from "./words.js";

export function connection() {
  let bar = null;
  const tell = () => {
    if (navigator.onLine) {
      if (bar) bar.remove();
      bar = null;
      return;
    }
    if (bar) return;
    bar = document.createElement("div");
    bar.className = "offline";
    bar.setAttribute("role", "alert");
    bar.textContent = say("offline");
    document.body.append(bar);
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}
