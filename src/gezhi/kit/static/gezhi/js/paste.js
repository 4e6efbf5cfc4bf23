// Pasting: pictures of the clipboard and dropped ones go to the field of files; a cut happens where the cursor stands.
export function start(root) {
  for (const form of root.querySelectorAll("form[data-paste]")) if (!form.dataset.pasteReady) take(form);
  for (const form of root.querySelectorAll("form[data-cursor]")) if (!form.dataset.cursorReady) cursor(form);
}

function take(form) {
  form.dataset.pasteReady = "1";
  const input = form.querySelector("input[type=file]");
  const add = (files) => {
    const data = new DataTransfer();
    for (const file of [...input.files, ...files]) data.items.add(file);
    input.files = data.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const pictures = (list) => [...list].filter((file) => file.type.startsWith("image/"));
  form.addEventListener("paste", (event) => {
    const files = pictures(event.clipboardData.files);
    if (!files.length) return;
    if (!event.clipboardData.getData("text/plain")) event.preventDefault();
    add(files);
  });
  form.addEventListener("dragover", (event) => [...event.dataTransfer.types].includes("Files") && event.preventDefault());
  form.addEventListener("drop", (event) => {
    const files = pictures(event.dataTransfer.files);
    if (!files.length || event.target === input) return;
    event.preventDefault();
    add(files);
  });
}

function cursor(form) {
  form.dataset.cursorReady = "1";
  form.addEventListener("submit", (event) => {
    const [act, id] = ((event.submitter && event.submitter.value) || "").split(":");
    const area = act === "cut" && form.elements[`${id}-text`];
    if (area) form.elements[`${id}-cursor`].value = String([...area.value.slice(0, area.selectionStart)].length);
  });
}
