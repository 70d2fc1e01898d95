/* push: this browser lets itself be told. What stands in the way is said, with what to do. */
(function () {
  "use strict";

  const ENOUGH = "serviceWorker" in navigator && "PushManager" in window;

  function keyOf(form) {
    const told = form.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(told), (letter) => letter.charCodeAt(0));
  }

  async function send(form, held) {
    const told = held.toJSON();
    const body = new FormData(form);
    body.set("endpoint", told.endpoint);
    body.set("public_key", told.keys.p256dh);
    body.set("shared_secret", told.keys.auth);
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  async function subscribe(form) {
    const worker = await navigator.serviceWorker.ready;
    const wanted = { userVisibleOnly: true, applicationServerKey: keyOf(form) };
    const held = await worker.pushManager.subscribe(wanted);
    try {
      await send(form, held);
    } catch (error) {
      await held.unsubscribe();
      throw error;
    }
  }

  async function isTold() {
    const worker = await navigator.serviceWorker.getRegistration();
    return Boolean(await worker?.pushManager.getSubscription());
  }

  async function begin(form) {
    const add = form.querySelector("[data-push-add]");
    const said = form.querySelector("[data-push-said]");
    const say = (name) => {
      said.textContent = form.dataset[name];
    };
    if (!ENOUGH) return say("pushMissing");
    if (Notification.permission === "denied") return say("pushDenied");
    if (form.dataset.pushCount !== "0" && (await isTold())) return say("pushDone");
    add.hidden = false;
    add.addEventListener("click", async (event) => {
      event.preventDefault();
      add.disabled = true;
      try {
        await subscribe(form);
        say("pushDone");
        add.hidden = true;
      } catch {
        say(Notification.permission === "denied" ? "pushDenied" : "pushFailed");
        add.disabled = false;
      }
    });
  }

  document.querySelectorAll("[data-push-key]").forEach(begin);
})();
