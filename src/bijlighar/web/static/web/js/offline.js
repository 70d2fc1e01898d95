/* Without network: a phone keeps a few figures of a home with the moment it heard them, and
   never shows them as new. They are one person's: whoever else signs in finds them gone, and
   so does everybody after signing out. Ages are told by this phone's clock alone, since both
   ends of them are. */
(function () {
  "use strict";

  const HELD = "bijlighar.kept";
  const MINUTE_MS = 60 * 1000;
  const DAY_MS = 24 * 60 * MINUTE_MS;
  const TOO_OLD_MS = 3 * DAY_MS;
  const FORGOTTEN_MS = 30 * DAY_MS;
  const SAID_AFTER_MS = 2 * MINUTE_MS;
  const LOOK_EVERY_MS = 5 * 1000;
  const MOST_HOMES = 5;
  const DAWN = 5;
  const PARTS = [[20, "night"], [16, "evening"], [12, "afternoon"], [DAWN, "morning"]];
  const IST = { timeZone: "Asia/Kolkata" };
  const root = document.documentElement;
  const locale = root.lang === "hi" ? "hi-IN-u-nu-latn" : "en-IN";

  function read() {
    try {
      const held = JSON.parse(localStorage.getItem(HELD));
      return held && held.homes ? held : { whose: "", homes: {} };
    } catch {
      return { whose: "", homes: {} };
    }
  }

  function write(held) {
    try {
      localStorage.setItem(HELD, JSON.stringify(held));
    } catch {
      // A phone that keeps nothing has nothing to show later, and loses nothing now.
    }
  }

  function forget() {
    try {
      localStorage.removeItem(HELD);
    } catch {
      // Where nothing can be kept there is nothing to forget.
    }
  }

  /* Keeping. */
  const whose = document.querySelector("meta[name=whose]")?.content ?? "";
  if (whose && read().whose !== whose) forget();
  if (location.pathname === "/my/sign-in/") forget();
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action, location.href).pathname === "/my/sign-out/") forget();
  }, true);

  let heardAt = Date.now();

  function keep() {
    const told = document.querySelector("[data-kept]");
    if (!told || !whose) return;
    const figures = JSON.parse(told.value);
    heardAt = Date.now();
    const held = read();
    held.whose = whose;
    held.homes[figures.number] = { ...figures, heard_at: heardAt };
    const newest = Object.values(held.homes).sort((a, b) => b.heard_at - a.heard_at);
    held.homes = Object.fromEntries(
      newest.slice(0, MOST_HOMES).map((home) => [home.number, home]),
    );
    write(held);
  }

  /* Ages in words. */
  function parts(instant) {
    const clock = new Intl.DateTimeFormat("en-GB", {
      ...IST, hourCycle: "h23", hour: "numeric", minute: "2-digit",
      year: "numeric", month: "2-digit", day: "2-digit",
    });
    return Object.fromEntries(
      clock.formatToParts(instant).map(({ type, value }) => [type, value]),
    );
  }

  function dayNumber(shown) {
    return Date.UTC(Number(shown.year), Number(shown.month) - 1, Number(shown.day)) / DAY_MS;
  }

  function age(heard, now) {
    const words = document.querySelector("[data-ages]").dataset;
    const passed = now - heard;
    if (passed < 0) return words.unknown;
    const minutes = Math.floor(passed / MINUTE_MS);
    if (minutes < 1) return words.now;
    if (minutes < 60) {
      return minutes === 1 ? words.minute : words.minutes.replace("{count}", minutes);
    }
    const name = named(heard, now);
    return words[name]
      .replace("{clock}", clockOf(heard, name === "earlier"))
      .replace("{day}", written(heard));
  }

  /* The hours after midnight belong to the night of the day before, as people say it. */
  function named(heard, now) {
    const [then, today] = [parts(heard), parts(now)];
    const part = PARTS.find(([begins]) => Number(then.hour) >= begins)?.[1] ?? "night";
    const day = part === "night" ? nightOf : dayNumber;
    const ago = day(today) - day(then);
    if (ago > 1) return "earlier";
    return (ago === 0 ? "today" : "yesterday") + part[0].toUpperCase() + part.slice(1);
  }

  function nightOf(shown) {
    return dayNumber(shown) - (Number(shown.hour) < DAWN ? 1 : 0);
  }

  /* Beside `evening` the hour is the one that people say; alone it is of the whole day. */
  function clockOf(instant, isAlone) {
    const { hour, minute } = parts(instant);
    return `${isAlone ? hour : Number(hour) % 12 || 12}:${minute}`;
  }

  function written(instant) {
    return new Intl.DateTimeFormat(locale, { ...IST, day: "numeric", month: "long" })
      .format(instant);
  }

  function isOld(heard, now) {
    return now - heard >= TOO_OLD_MS || now < heard;
  }

  /* The page without network. */
  function fill(home, now) {
    const shown = document.querySelector("[data-offline-home]").content.cloneNode(true);
    const put = (name, text) => {
      shown.querySelector(`[data-fill=${name}]`).textContent = text;
    };
    const say = (name, day) => {
      const line = shown.querySelector(`[data-when=${name}]`);
      if (!line) return;
      line.hidden = false;
      if (day) line.textContent = line.textContent.replace("{day}", written(Date.parse(day)));
    };
    put("name", home.name[root.lang] ?? home.name.hi);
    put("number", home.number);
    put("age", age(home.heard_at, now));
    put("balance", home.balance);
    if (isOld(home.heard_at, now)) {
      say("old");
      const figure = shown.querySelector("[data-fill=balance]");
      figure.replaceWith(Object.assign(document.createElement("s"), {
        textContent: home.balance,
      }));
      return shown;
    }
    if (home.charged_through) say("charged_through", home.charged_through);
    say(`supply-${home.supply}`);
    if (home.lasts_until) say(`lasts-${home.lasts_part ?? "about"}`, home.lasts_until);
    return shown;
  }

  function showKept() {
    const now = Date.now();
    const held = read();
    const asked = location.pathname.match(/^\/home\/([^/]+)\//)?.[1];
    const homes = Object.values(held.homes)
      .filter((home) => now - home.heard_at < FORGOTTEN_MS)
      .filter((home) => !held.homes[asked] || home.number === asked)
      .sort((a, b) => b.heard_at - a.heard_at);
    document.querySelector("[data-offline-homes]")
      .replaceChildren(...homes.map((home) => fill(home, now)));
    document.querySelector("[data-offline-none]").hidden = homes.length > 0;
  }

  async function lookForNetwork() {
    if (document.hidden || !navigator.onLine) return;
    try {
      const answer = await fetch("/offline/here/", { cache: "no-store" });
      if (answer.status === 204) location.reload();
    } catch {
      // Still no network: the next look may find it.
    }
  }

  /* A page that stays open while the network is gone. */
  function showAge() {
    const line = document.querySelector("[data-age]");
    if (!line) return;
    const now = Date.now();
    const isStale = !navigator.onLine || now - heardAt > SAID_AFTER_MS || now < heardAt;
    line.hidden = !isStale;
    if (isStale) line.querySelector("[data-age-said]").textContent = age(heardAt, now);
    const panel = line.closest(".panel");
    panel.classList.toggle("panel-aged", isStale);
    panel.classList.toggle("panel-old", isStale && isOld(heardAt, now));
    panel.querySelectorAll("[data-now]").forEach((part) => { part.hidden = isStale; });
    panel.querySelectorAll("[data-then]").forEach((part) => { part.hidden = !isStale; });
  }

  if (document.querySelector("[data-offline-homes]")) {
    showKept();
    window.setInterval(showKept, LOOK_EVERY_MS);
    window.setInterval(lookForNetwork, LOOK_EVERY_MS);
    window.addEventListener("online", lookForNetwork);
    document.addEventListener("visibilitychange", lookForNetwork);
  } else {
    keep();
    document.addEventListener("htmx:afterSettle", () => { keep(); showAge(); });
    window.addEventListener("offline", showAge);
    window.addEventListener("online", () => {
      document.querySelectorAll('[hx-trigger*="shown"]').forEach((part) => {
        htmx.trigger(part, "shown");
      });
    });
    window.addEventListener("pageshow", showAge);
    window.setInterval(showAge, LOOK_EVERY_MS);
  }
})();
