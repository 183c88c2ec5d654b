// The timeline by keyboard: j and k from one piece to the next, / to search, ? for help. Tab reaches all of it too.
(() => {
  "use strict";
  const NAME = "passerelle-raccourcis";
  const help = document.querySelector("[data-keys-help]");
  const offer = document.querySelector("[data-keys-offer]");
  const toggle = document.querySelector("[data-keys-switch]");
  if (!help || !toggle) return;

  const isOn = () => localStorage.getItem(NAME) !== "non";
  toggle.checked = isOn();
  if (offer) offer.hidden = !isOn();
  toggle.addEventListener("change", () => {
    localStorage.setItem(NAME, toggle.checked ? "oui" : "non");
    if (offer) offer.hidden = !toggle.checked;
  });

  const step = (by) => {
    const all = [...document.querySelectorAll("[data-step]")];
    const here = all.indexOf(document.activeElement);
    const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
    if (next) next.focus();
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (!isOn()) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") {
      event.preventDefault();
      document.querySelector("[data-search]")?.focus();
    }
  });
})();
