/* The service worker. Before it stands HELD: what it keeps (web/offline/worker.py). A page
   comes from the network or not at all: without it the page is one that holds nobody's
   figures, and the phone's own few dated ones are filled in by offline.js. */

const NAME = `bijlighar-${HELD.version}`;
const SPOKEN = "bijlighar-spoken";
const SPOKEN_AT = "/offline/";
const PAGES = /^\/(?:$|home\/|my\/|tariff\/|offline\/)/;
const LED_TO = /^\/(?:home|my)\//;
const PATIENCE_MS = 15000;
const KEPT = new Set([...HELD.files, ...HELD.fonts]);

self.addEventListener("install", (event) => {
  event.waitUntil(keepEverything().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(letGoOfOldVersions().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "GET" && PAGES.test(pathname)) {
      event.respondWith(page(event));
    }
  } else if (request.method === "GET" && KEPT.has(pathname)) {
    event.respondWith(fromHere(request));
  }
});

async function keepEverything() {
  const cache = await caches.open(NAME);
  await cache.addAll([...HELD.files, HELD.pages[await language()]]);
  await Promise.all(HELD.fonts.map((font) => keepIfAtHand(cache, font)));
}

async function keepIfAtHand(cache, font) {
  try {
    const held = await fetch(font, { cache: "only-if-cached", mode: "same-origin" });
    if (held.ok) await cache.put(font, held);
  } catch {
    // It is kept when a page first asks for it.
  }
}

async function letGoOfOldVersions() {
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  const names = await caches.keys();
  const old = names.filter((name) => name !== NAME && name !== SPOKEN);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function page(event) {
  try {
    return await inTime(fromNetwork(event));
  } catch {
    return (await withoutNetwork()) ?? Response.error();
  }
}

/* In the language spoken last; in another one where that came too late to be kept. */
async function withoutNetwork() {
  const cache = await caches.open(NAME);
  for (const path of [HELD.pages[await language()], ...Object.values(HELD.pages)]) {
    const held = await cache.match(path);
    if (held) return held;
  }
  return null;
}

async function fromNetwork(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

function inTime(answer) {
  let clock;
  const late = new Promise((_, refuse) => {
    clock = setTimeout(refuse, PATIENCE_MS, new Error("The network is too slow."));
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(clock));
}

async function fromHere(request) {
  const cache = await caches.open(NAME);
  const held = await cache.match(request, { ignoreVary: true });
  if (held) return held;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") await cache.put(request.url, answer.clone());
  return answer;
}

/* The page without network speaks the language of the page seen last (install.js). */
let spoken = null;

self.addEventListener("message", (event) => {
  if (event.origin !== self.location.origin) return;
  if (event.data?.language in HELD.pages) event.waitUntil(speak(event.data.language));
});

async function speak(wanted) {
  if (wanted === (await language())) return;
  const [cache, noted] = await Promise.all([caches.open(NAME), caches.open(SPOKEN)]);
  await cache.add(HELD.pages[wanted]); // First: the network may go at any moment.
  await noted.put(SPOKEN_AT, new Response(wanted));
  spoken = wanted;
}

async function language() {
  if (spoken === null) {
    const noted = await (await caches.open(SPOKEN)).match(SPOKEN_AT);
    spoken = noted ? await noted.text() : HELD.language;
  }
  return spoken in HELD.pages ? spoken : HELD.language;
}

self.addEventListener("push", (event) => {
  const told = toldBy(event.data);
  event.waitUntil(
    self.registration.showNotification(told.title, {
      body: told.body,
      tag: told.tag,
      icon: HELD.icon,
      badge: HELD.badge,
      data: { path: told.path },
    }),
  );
});

function toldBy(data) {
  try {
    const { title, body, tag, path } = data.json();
    return {
      title: String(title),
      body: String(body),
      tag: String(tag),
      path: placeOf(path),
    };
  } catch {
    return { title: "Bijlighar", body: "", tag: "unreadable", path: HELD.first_page };
  }
}

/* A click leads to a consumer's page of this site, whatever a message says. */
function placeOf(path) {
  const { origin, pathname, hash } = new URL(String(path), self.location.origin);
  const isOurs = origin === self.location.origin && LED_TO.test(pathname);
  return isOurs ? pathname + hash : HELD.first_page;
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(placeOf(event.notification.data?.path)));
});

/* A page that is open is never led away: somebody may be paying in it. */
async function show(path) {
  const { pathname, hash } = new URL(path, self.location.origin);
  const open = await self.clients.matchAll({ type: "window" });
  const ours = open.find((one) => new URL(one.url).pathname === pathname);
  if (!ours) return self.clients.openWindow(path);
  if (hash) await ours.navigate(path);
  return ours.focus();
}
