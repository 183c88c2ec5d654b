// Build what the application serves: one stylesheet, three scripts, four fonts, a sprite of icons, the licences.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const served = join(here, "../src/passerelle/core/ui/static/ui");
const read = (...path) => readFileSync(join(...path), "utf8");

rmSync(served, { recursive: true, force: true });
mkdirSync(join(served, "fonts"), { recursive: true });

const { css } = compile(join(here, "scss/passerelle.scss"), {
  style: "compressed",
  loadPaths: [modules],
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
});
writeFileSync(join(served, "passerelle.css"), css.trim() + "\n");

const fonts = [
  ["atkinson-hyperlegible-next", ["latin", "latin-ext"]],
  ["inter", ["latin", "latin-ext"]],
];
for (const [font, subsets] of fonts) {
  for (const subset of subsets) {
    const file = `${font}-${subset}-wght-normal.woff2`;
    copyFileSync(join(modules, "@fontsource-variable", font, "files", file), join(served, "fonts", file));
  }
}

copyFileSync(join(modules, "htmx.org/dist/htmx.min.js"), join(served, "htmx.min.js"));
copyFileSync(join(modules, "idiomorph/dist/idiomorph-ext.min.js"), join(served, "idiomorph-ext.min.js"));
copyFileSync(join(here, "js/passerelle.js"), join(served, "passerelle.js"));

const names = JSON.parse(read(here, "icons.json"));
const symbols = Object.entries(names).sort().map(([name, file]) => {
  const svg = read(modules, "bootstrap-icons/icons", `${file}.svg`);
  const drawing = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 16 16">${drawing}</symbol>`;
});
writeFileSync(join(served, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
for (const drawing of ["favicon.svg"]) copyFileSync(join(here, "brand", drawing), join(served, drawing));

const vendored = ["bootstrap", "bootstrap-icons", "htmx.org", "idiomorph", "@fontsource-variable/atkinson-hyperlegible-next", "@fontsource-variable/inter"];
const licences = vendored.map((name) => {
  const { version, license } = JSON.parse(read(modules, name, "package.json"));
  return `${"=".repeat(72)}\n${name} ${version} (${license})\n${"=".repeat(72)}\n\n${read(modules, name, "LICENSE").trim()}\n`;
});
writeFileSync(join(served, "LICENCES.txt"), `Third-party works served with Passerelle.\n\n${licences.join("\n")}`);
