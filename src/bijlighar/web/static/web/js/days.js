/* Thirty days under one finger: the slider names a day, the table below holds its words. */
(function () {
  "use strict";

  const SLOT = 20;
  let chosen = null;

  function rows(root) {
    return Array.from(root.querySelectorAll("[data-row]")).reverse();
  }

  function show(root) {
    const held = rows(root);
    if (!held.length) return;
    const found = held.findIndex(function (row) { return row.dataset.row === chosen; });
    const at = found < 0 ? held.length - 1 : found;
    const words = Array.from(held[at].cells).slice(0, 3).map(function (cell) {
      return cell.textContent.trim();
    });
    ["day", "use", "cost"].forEach(function (name, cell) {
      root.querySelector('[data-out="' + name + '"]').textContent = words[cell];
    });
    root.querySelector('[data-out="why"]').href = held[at].querySelector("a").href;
    root.querySelectorAll("[data-mark]").forEach(function (mark) {
      mark.setAttribute("x", String(at * SLOT));
    });
    const slider = root.querySelector("[data-slider]");
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", words.join(", "));
    root.classList.add("days-chosen");
  }

  function choose(root, at) {
    const held = rows(root);
    const row = held[Math.max(0, Math.min(at, held.length - 1))];
    chosen = row === held[held.length - 1] ? null : row.dataset.row;
    show(root);
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches("[data-slider]")) {
      choose(event.target.closest("[data-days]"), Number(event.target.value));
    }
  });
  document.addEventListener("click", function (event) {
    const bars = event.target.closest("[data-days] .chart-bars");
    if (!bars) return;
    const box = bars.getBoundingClientRect();
    const root = bars.closest("[data-days]");
    const share = (event.clientX - box.left) / box.width;
    choose(root, Math.floor(share * rows(root).length));
  });

  function showAll() {
    document.querySelectorAll("[data-days]").forEach(show);
  }
  document.addEventListener("htmx:afterSettle", showAll);
  showAll();
})();
