/* Passkeys: asks the server for a question, the browser for its answer, and goes on. */
(function () {
  "use strict";

  function toBytes(text) {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), function (letter) {
      return letter.charCodeAt(0);
    });
  }

  function toText(buffer) {
    let text = "";
    new Uint8Array(buffer).forEach(function (byte) {
      text += String.fromCharCode(byte);
    });
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(list) {
    return (list || []).map(function (one) {
      return Object.assign({}, one, { id: toBytes(one.id) });
    });
  }

  function question(told) {
    const asked = Object.assign({}, told, { challenge: toBytes(told.challenge) });
    if (told.user) asked.user = Object.assign({}, told.user, { id: toBytes(told.user.id) });
    if (told.excludeCredentials) asked.excludeCredentials = withBytes(told.excludeCredentials);
    if (told.allowCredentials) asked.allowCredentials = withBytes(told.allowCredentials);
    return asked;
  }

  function answer(made) {
    const given = made.response;
    const response = { clientDataJSON: toText(given.clientDataJSON) };
    if (given.attestationObject) {
      response.attestationObject = toText(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = toText(given.authenticatorData);
      response.signature = toText(given.signature);
      if (given.userHandle) response.userHandle = toText(given.userHandle);
    }
    return {
      id: made.id,
      rawId: toText(made.rawId),
      type: made.type,
      response: response,
      clientExtensionResults: made.getClientExtensionResults(),
    };
  }

  async function call(address, form, method, body) {
    const reply = await fetch(address, {
      method: method,
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: body,
    });
    const told = await reply.json();
    if (!reply.ok) throw new Refused(told.message);
    return told;
  }

  class Refused extends Error {}

  async function run(form) {
    const told = await call(
      form.dataset.options,
      form,
      "byGet" in form.dataset ? "GET" : "POST"
    );
    const asked = { publicKey: question(told) };
    const made =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create(asked)
        : await navigator.credentials.get(asked);
    const name = form.elements.name ? form.elements.name.value : "";
    const gone = await call(
      form.dataset.answer,
      form,
      "POST",
      JSON.stringify({ answer: answer(made), name: name })
    );
    window.location.assign(gone.next);
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      const said = form.querySelector("[data-said]");
      const button = form.querySelector("button");
      said.textContent = "";
      if (!window.PublicKeyCredential) {
        said.textContent = form.dataset.missing;
        return;
      }
      button.disabled = true;
      try {
        await run(form);
      } catch (problem) {
        said.textContent = problem instanceof Refused ? problem.message : form.dataset.cancelled;
        button.disabled = false;
      }
    });
  });
})();
