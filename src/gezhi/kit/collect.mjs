// Copies the front-end packages that pages load from node_modules into the static files; npm runs it after install.
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const target = new URL("src/gezhi/kit/static/gezhi/vendor/", root);
mkdirSync(target, { recursive: true });
copyFileSync(new URL("node_modules/htmx.org/dist/htmx.min.js", root), new URL("htmx.min.js", target));
console.log(`htmx copied to ${fileURLToPath(target)}`);
