// Reads the page aloud, sentence by sentence, where the browser can speak.
import { say } from "./words.js";

export function start(root) {
  for (const button of root.querySelectorAll("[data-read-aloud]")) {
    if (!("speechSynthesis" in window)) {
      button.hidden = true;
      continue;
    }
    if (button.dataset.readReady) continue;
    button.dataset.readReady = "1";
    const label = button.querySelector("span") || button;
    const stop = () => {
      speechSynthesis.cancel();
      button.setAttribute("aria-pressed", "false");
      label.textContent = say("read");
    };
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") return stop();
      const part = document.querySelector(button.dataset.readAloud || "main");
      const sentences = (part.innerText.match(/[^。！？；.!?\n]+[。！？；.!?]?/g) || []).map((s) => s.trim()).filter(Boolean);
      sentences.forEach((text, i) => {
        const said = new SpeechSynthesisUtterance(text);
        said.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : document.documentElement.lang;
        said.rate = 0.9;
        if (i === sentences.length - 1) said.onend = stop;
        speechSynthesis.speak(said);
      });
      button.setAttribute("aria-pressed", "true");
      label.textContent = say("stop");
      return undefined;
    });
    window.addEventListener("pagehide", stop);
  }
}
