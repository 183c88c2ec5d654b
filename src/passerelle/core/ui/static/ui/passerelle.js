// Small aids. Every page works without them.
(() => {
  "use strict";

  // After a swap that answers a form, the reader is taken to the summary of the errors.
  document.addEventListener("htmx:afterSettle", (event) => {
    const summary = event.target.querySelector?.("[data-focus]");
    if (summary) summary.focus();
  });
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    // An open menu closes when the reader clicks elsewhere.
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });

  // Going anywhere: Ctrl K opens the palette, arrows choose, Enter opens, Escape closes. The link is a page of its own.
  const palette = document.querySelector("[data-palette]");
  const openPalette = () => {
    const field = palette.querySelector("input[name=text]");
    field.value = "";
    palette.showModal();
    field.focus();
    window.htmx?.trigger(field.form, "palette-open");
  };
  if (palette) {
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (!palette.open) openPalette();
      }
    });
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-palette-door]") || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      openPalette();
    });
    palette.addEventListener("click", (event) => {
      if (event.target === palette) palette.close();
    });
    palette.addEventListener("keydown", (event) => {
      const places = [...palette.querySelectorAll("[data-palette-place]")];
      const field = palette.querySelector("input[name=text]");
      const at = places.indexOf(document.activeElement);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const next = at + (event.key === "ArrowDown" ? 1 : -1);
        (places[next] ?? field).focus();
      } else if (event.key === "Enter" && document.activeElement === field) {
        event.preventDefault();
        places[0]?.click();
      }
    });
  }

  // A form is sent once, however often its button is pressed; htmx keeps watch over its own.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post" || form.closest("[hx-post]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // A patient’s session: warned two minutes before its end, what was being written is given to the house to keep.
  const WARNED = 120, session = Number(document.body.dataset.sessionSeconds || 0);
  const ending = document.getElementById("session-end");
  let warning, closing;
  const keepDrafts = () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const told = new FormData(form);
      told.set("draft", "1");
      fetch(form.action || location.href, { method: "POST", body: told, redirect: "manual", keepalive: true });
    }
  };
  const watch = () => {
    clearTimeout(warning);
    clearTimeout(closing);
    warning = setTimeout(() => {
      keepDrafts();
      if (!ending.open) ending.showModal();
      closing = setTimeout(() => location.reload(), WARNED * 1000);
    }, Math.max(session - WARNED, 1) * 1000);
  };
  if (session && ending) {
    watch();
    ending.querySelector("[data-stay]").addEventListener("click", async () => {
      await fetch(location.href, { method: "HEAD", cache: "no-store" });
      ending.close();
      watch();
    });
  }

  // A page that the browser kept aside is asked for again: after signing out, the Back button shows nothing.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.dataset.sessionSeconds) location.reload();
  });
})();
