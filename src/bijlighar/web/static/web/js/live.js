/* What makes pages live agreeable: no line is held open by a page nobody looks at, nothing
   moves under a finger, what was unfolded stays unfolded, and a change is said aloud once. */
(function () {
  "use strict";

  const AT_LEAST_EVERY_MS = 20000;
  const LONGEST_PRESS_MS = 10000;
  const AFTER_PRESS_MS = 150;
  let line = null;
  let isReturning = false;
  let pressedAt = 0;
  let said = "";
  const postponed = new Set();
  const unfolded = new Set();

  htmx.createEventSource = function (url) {
    line = new EventSource(url);
    return line;
  };

  function refresh() {
    document.querySelectorAll('[hx-trigger*="shown"]').forEach(function (part) {
      htmx.trigger(part, "shown");
    });
  }

  /* What no event tells, such as a half-hour just read, is seen a little later. */
  window.setInterval(function () {
    if (!document.hidden) refresh();
  }, AT_LEAST_EVERY_MS);

  function hangUp() {
    if (line) line.close();
  }

  function callAgain() {
    if (!line || line.readyState !== EventSource.CLOSED) return;
    isReturning = true;
    line.onerror(new Event("error"));
    refresh();
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) hangUp();
    else callAgain();
  });
  window.addEventListener("pagehide", hangUp);
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) callAgain();
  });

  function sayAway(isAway) {
    const banner = document.querySelector("[data-away]");
    if (banner) banner.textContent = isAway ? banner.dataset.text : "";
  }

  document.addEventListener("htmx:sseError", function () {
    if (!isReturning && !document.hidden) sayAway(true);
  });
  document.addEventListener("htmx:sseOpen", function () {
    const banner = document.querySelector("[data-away]");
    if (banner && banner.textContent) refresh();
    isReturning = false;
    sayAway(false);
  });

  /* Nothing is replaced between the press and the release of a finger. */
  document.addEventListener("pointerdown", function () {
    pressedAt = performance.now();
  }, true);
  function released() {
    window.setTimeout(function () {
      pressedAt = 0;
      postponed.forEach(function (part) { htmx.trigger(part, "shown"); });
      postponed.clear();
    }, AFTER_PRESS_MS);
  }
  document.addEventListener("pointerup", released, true);
  document.addEventListener("pointercancel", released, true);
  document.addEventListener("htmx:beforeSwap", function (event) {
    const part = event.detail.requestConfig.elt;
    if (!part.matches("[data-live]") || !pressedAt) return;
    if (performance.now() - pressedAt > LONGEST_PRESS_MS) return;
    event.detail.shouldSwap = false;
    postponed.add(part);
  });

  document.addEventListener("toggle", function (event) {
    const part = event.target;
    if (!part.matches("[data-keep]")) return;
    if (part.open) unfolded.add(part.id);
    else unfolded.delete(part.id);
  }, true);

  function saying() {
    const part = document.querySelector("[data-announce]");
    return part ? part.textContent.trim() : "";
  }
  document.addEventListener("htmx:afterSettle", function () {
    unfolded.forEach(function (id) {
      const part = document.getElementById(id);
      if (part) part.open = true;
    });
    const now = saying();
    if (now !== said) document.querySelector("[data-announcer]").textContent = now;
    said = now;
  });
  said = saying();
  document.body.classList.add("htmx-ready");
})();
