/* The service worker is started once a page is there, so that it takes nothing of a thin
   network before; and where the browser offers to install the site, so does a quiet button. */
(function () {
  "use strict";

  const AFTER_LOAD_MS = 1000;

  function start() {
    window.setTimeout(() => {
      navigator.serviceWorker
        .register("/sw.js", { scope: "/", updateViaCache: "none" })
        .then(() => navigator.serviceWorker.ready)
        .then(({ active }) => active.postMessage({ language: document.documentElement.lang }))
        .catch(() => {
          // Without a worker every page works as before, with network only.
        });
    }, AFTER_LOAD_MS);
  }

  if ("serviceWorker" in navigator) {
    if (document.readyState === "complete") start();
    else window.addEventListener("load", start, { once: true });
  }

  let offered = null;

  window.addEventListener("beforeinstallprompt", (event) => {
    const place = document.querySelector("[data-install]");
    if (!place) return;
    event.preventDefault();
    offered = event;
    place.hidden = false;
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-install] button");
    if (!button || !offered) return;
    const asked = offered;
    offered = null;
    button.closest("[data-install]").hidden = true;
    await asked.prompt();
  });
  window.addEventListener("appinstalled", () => {
    const place = document.querySelector("[data-install]");
    if (place) place.hidden = true;
  });
})();
