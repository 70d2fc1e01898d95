/* The place of a trouble goes with a complaint only where somebody asks for it: the phone
   asks once more, and what it told can be left out again. Without a place in the phone, or
   without script, words do. */
(function () {
  "use strict";

  const WAITS_MS = 20000;

  function part(where, name) {
    return where.querySelector("[data-where-" + name + "]");
  }

  function put(where, latitude, longitude, words) {
    where.querySelector('[name="latitude"]').value = latitude;
    where.querySelector('[name="longitude"]').value = longitude;
    part(where, "told").textContent = words;
    part(where, "ask").hidden = Boolean(latitude);
    part(where, "drop").hidden = !latitude;
  }

  function ask(where) {
    const button = part(where, "ask");
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      function (found) {
        const at = found.coords;
        const metres = String(Math.max(1, Math.round(at.accuracy)));
        button.disabled = false;
        put(
          where,
          at.latitude.toFixed(6),
          at.longitude.toFixed(6),
          where.dataset.added.replace("#", metres),
        );
      },
      function () {
        button.disabled = false;
        put(where, "", "", where.dataset.refused);
      },
      { enableHighAccuracy: true, timeout: WAITS_MS, maximumAge: 60000 },
    );
  }

  document.addEventListener("click", function (event) {
    const where = event.target.closest("[data-where]");
    if (!where) return;
    if (event.target.closest("[data-where-ask]")) ask(where);
    if (event.target.closest("[data-where-drop]")) put(where, "", "", "");
  });

  if (navigator.geolocation) {
    document.querySelectorAll("[data-where]").forEach(function (where) {
      where.hidden = false;
    });
  }
})();
