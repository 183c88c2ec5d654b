// Shortcuts of the desk. Every act is a link or a button first; the reader may turn the keys off.
(() => {
  "use strict";

  const STORE = "passerelle-raccourcis";
  const legend = document.querySelector("[data-keys]");
  if (!legend) return;

  const areOn = () => localStorage.getItem(STORE) !== "non";
  const toggle = legend.querySelector("[data-keys-toggle]");
  const show = () => {
    toggle.hidden = false;
    toggle.setAttribute("aria-pressed", String(areOn()));
  };
  toggle.addEventListener("click", () => {
    localStorage.setItem(STORE, areOn() ? "non" : "oui");
    show();
  });
  show();

  const rows = [...document.querySelectorAll("[data-row]")];
  const move = (step) => {
    if (!rows.length) return;
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
    rows[next].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (!areOn() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    // Enter belongs to the link or the button that has the focus.
    if (key === "enter" && event.target.closest("a, button, summary")) return;
    if (key === "j" || key === "k") {
      event.preventDefault();
      move(key === "j" ? 1 : -1);
      return;
    }
    const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (wanted) {
      event.preventDefault();
      wanted.click();
    }
  });
})();
