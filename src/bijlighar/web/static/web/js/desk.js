/* The desk's keyboard: "/" leads to the search, arrows walk through what it finds, Escape
   leaves it; on phones the rail of pages is folded until somebody asks for it. */
(function () {
  "use strict";

  const term = document.querySelector("[data-search-term]");
  const found = document.querySelector("[data-search-found]");
  const rail = document.querySelector("[data-rail]");

  if (rail) {
    const wide = window.matchMedia("(min-width: 64rem)");
    const fold = function () { rail.open = wide.matches; };
    fold();
    wide.addEventListener("change", fold);
  }

  function isTyping(part) {
    return part.matches("input, select, textarea") || part.isContentEditable;
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.me[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!term || isTyping(event.target)) return;
    event.preventDefault();
    term.focus();
    term.select();
  });

  if (!term || !found) return;

  function finds() {
    return Array.from(found.querySelectorAll("a"));
  }

  function leave() {
    found.replaceChildren();
  }

  document.querySelector(".searchbox").addEventListener("keydown", function (event) {
    const all = finds();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && all.length) {
      event.preventDefault();
      all[Math.min(at + 1, all.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      if (at === 0) term.focus();
      else all[at - 1].focus();
    } else if (event.key === "Escape") {
      leave();
      term.focus();
    }
  });

  term.addEventListener("htmx:configRequest", function (event) {
    if (term.value.trim().length < 2) {
      event.preventDefault();
      leave();
    }
  });
  document.addEventListener("focusin", function (event) {
    if (!event.target.closest(".searchbox")) leave();
  });
  document.addEventListener("pointerdown", function (event) {
    if (!event.target.closest(".searchbox")) leave();
  });
})();
