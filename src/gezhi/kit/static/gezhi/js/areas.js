// Areas of a photo that are not for everybody: drawn with mouse or finger, kept as numbers in the field beside it.
const NS = "http://www.w3.org/2000/svg";
const MOST = 20;

// The rectangles that a field says, in per cent.
function read(field) {
  return field.value
    .split(/[;；\n]/)
    .map((part) => part.split(/[,，]/).map(Number))
    .filter((area) => area.length === 4 && area.every((n) => Number.isFinite(n)));
}

function write(field, areas) {
  field.value = areas.map((area) => area.map((n) => Math.round(n * 10) / 10).join(",")).join("; ");
}

function paint(svg, areas) {
  svg.replaceChildren();
  for (const [x, y, width, height] of areas) {
    const rect = document.createElementNS(NS, "rect");
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
    svg.append(rect);
  }
}

// Where the pointer is, in per cent of the photo.
function point(svg, event) {
  const box = svg.getBoundingClientRect();
  const part = (at, from, size) => Math.min(100, Math.max(0, ((at - from) * 100) / size));
  return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
}

function between([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by)];
}

function start(item) {
  const field = item.querySelector("input[name^='areas-']");
  const box = item.querySelector("input[type=checkbox]");
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  item.querySelector(".frame").append(svg);
  let from = null;
  const show = (more) => paint(svg, more ? [...read(field), more] : read(field));
  svg.addEventListener("pointerdown", (event) => {
    from = point(svg, event);
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => from && show(between(from, point(svg, event))));
  svg.addEventListener("pointercancel", () => { from = null; show(); });
  svg.addEventListener("pointerup", (event) => {
    if (!from) return;
    const area = between(from, point(svg, event));
    from = null;
    if (area[2] >= 1 && area[3] >= 1 && read(field).length < MOST) {
      write(field, [...read(field), area]);
      box.checked = true;
    }
    show();
  });
  field.addEventListener("input", () => show());
  item.querySelector("[data-areas-clear]").addEventListener("click", () => { write(field, read(field).slice(0, -1)); show(); });
  show();
  item.dataset.areasReady = "1";
}

for (const item of document.querySelectorAll("[data-areas]")) start(item);
