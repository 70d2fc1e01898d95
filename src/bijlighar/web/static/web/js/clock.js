/* The town's clock goes on between two answers of the server, at the town's speed. */
(function () {
  "use strict";

  const TICK_MS = 250;
  const started = new WeakMap();
  const locale = document.documentElement.lang === "hi" ? "hi-IN-u-nu-latn" : "en-IN";
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: "Asia/Kolkata", hourCycle: "h23", hour: "2-digit", minute: "2-digit",
    weekday: "long", day: "numeric", month: "long", year: "numeric"
  });

  function write(element, selector, text) {
    const part = element.querySelector(selector);
    if (part && part.textContent !== text) part.textContent = text;
  }

  function tick() {
    document.querySelectorAll("[data-town-clock]").forEach(function (element) {
      if (!started.has(element)) started.set(element, performance.now());
      const passed = (performance.now() - started.get(element)) * Number(element.dataset.speed);
      const shown = {};
      format.formatToParts(new Date(Date.parse(element.dataset.at) + passed))
        .forEach(function (part) { shown[part.type] = part.value; });
      const day = shown.day + " " + shown.month;
      write(element, "[data-clock]", shown.hour + ":" + shown.minute);
      write(element, "[data-day]", day);
      write(element, "[data-full-day]", shown.weekday + ", " + day + " " + shown.year);
    });
  }

  tick();
  window.setInterval(tick, TICK_MS);
})();
