/* A form that is sent without network says so and stays: nothing typed is lost. Where the
   network was heard a moment ago the form goes at once; else one short question goes first,
   since a phone believes to be connected long after it is not. */
(function () {
  "use strict";

  const FRESH_MS = 20 * 1000;
  const PATIENCE_MS = 8 * 1000;
  let heardAt = Date.now();
  let letPass = null;
  let isAsking = false;

  function heard() {
    heardAt = Date.now();
  }

  async function reaches() {
    const stop = new AbortController();
    const clock = window.setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch("/offline/here/", { cache: "no-store", signal: stop.signal });
      if (answer.status !== 204) return false;
      heard();
      return true;
    } catch {
      return false;
    } finally {
      window.clearTimeout(clock);
    }
  }

  function say(form, isUnsent) {
    const words = document.querySelector("template[data-unsent]");
    let line = form.querySelector(".unsent");
    if (!line && words) {
      line = words.content.firstElementChild.cloneNode(true);
      form.append(line);
    }
    if (line) line.hidden = !isUnsent;
    // A line that is put in with its words already there is not read aloud everywhere.
    if (line && isUnsent) line.textContent = words.content.firstElementChild.textContent;
  }

  async function sendIfHeard(form, button) {
    isAsking = true;
    form.setAttribute("aria-busy", "true");
    const isThere = navigator.onLine && (await reaches());
    form.removeAttribute("aria-busy");
    isAsking = false;
    say(form, !isThere);
    if (!isThere) return;
    letPass = form;
    form.requestSubmit(button);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const isOurs = form.method === "post" && form.requestSubmit && !event.defaultPrevented;
    if (!isOurs || form.matches("[hx-post]")) return;
    if (form === letPass) {
      letPass = null;
      return;
    }
    if (navigator.onLine && Date.now() - heardAt < FRESH_MS) return;
    event.preventDefault();
    if (!isAsking) sendIfHeard(form, event.submitter);
  });

  document.addEventListener("htmx:afterOnLoad", heard);
  document.addEventListener("htmx:sseMessage", heard);
  document.addEventListener("htmx:sseError", () => { heardAt = 0; });
  document.addEventListener("htmx:sendError", () => { heardAt = 0; });
  window.addEventListener("offline", () => { heardAt = 0; });
  window.addEventListener("online", () => {
    document.querySelectorAll("form .unsent").forEach((line) => { line.hidden = true; });
  });
})();
