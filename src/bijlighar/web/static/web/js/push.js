/* push: this browser lets itself be told. Without a service worker nothing is offered. */
for (const form of document.querySelectorAll("[data-push-key]")) {
  const add = form.querySelector("[data-push-add]");
  const said = form.querySelector("[data-push-said]");
  const key = () => {
    const told = form.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(told), (letter) => letter.charCodeAt(0));
  };
  const subscribe = async () => {
    const worker = await navigator.serviceWorker.ready;
    const held = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: key(),
    });
    const told = held.toJSON();
    const body = new FormData(form);
    body.set("endpoint", told.endpoint);
    body.set("public_key", told.keys.p256dh);
    body.set("shared_secret", told.keys.auth);
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  };
  if (navigator.serviceWorker?.controller && "PushManager" in window) add.hidden = false;
  add.addEventListener("click", async (event) => {
    event.preventDefault();
    add.disabled = true;
    try {
      await subscribe();
      said.textContent = form.dataset.pushDone;
      add.hidden = true;
    } catch {
      said.textContent = form.dataset.pushFailed;
      add.disabled = false;
    }
  });
}
