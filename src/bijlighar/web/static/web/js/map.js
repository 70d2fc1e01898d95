// The map of the network: places as marks, what feeds what as lines, degrees as a net.
(() => {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.L) return;
  const L = window.L;
  const told = document.querySelector("[data-map-told]");
  const MOST_BUTTONS = 400; // Above that, marks are painted: the table below has the words.
  const NETS = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  const LINES_ACROSS = 4;

  box.hidden = false;
  document.querySelector("[data-map-key]").hidden = false;
  const map = L.map(box, { zoomControl: false, preferCanvas: true, maxZoom: 19 });
  map.attributionControl.setPrefix("Leaflet");
  L.control
    .zoom({
      position: "bottomright",
      zoomInTitle: box.dataset.zoomIn,
      zoomOutTitle: box.dataset.zoomOut,
    })
    .addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.credit }).addTo(map);
  }

  const colour = (name) => getComputedStyle(box).getPropertyValue(name).trim();
  const net = L.layerGroup().addTo(map);

  function drawNet() {
    net.clearLayers();
    const seen = map.getBounds();
    const span = seen.getEast() - seen.getWest();
    const step = NETS.find((one) => span / one >= LINES_ACROSS) || NETS.at(-1);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const style = { color: colour("--line"), weight: 1, interactive: false };
    const label = (at, text, className) =>
      L.marker(at, {
        interactive: false,
        keyboard: false,
        icon: L.divIcon({ className: `map-degree ${className}`, html: text, iconSize: null }),
      }).addTo(net);
    for (let x = Math.ceil(seen.getWest() / step) * step; x < seen.getEast(); x += step) {
      L.polyline([[seen.getSouth(), x], [seen.getNorth(), x]], style).addTo(net);
      label([seen.getNorth(), x], `${x.toFixed(digits)}°`, "map-degree-east");
    }
    for (let y = Math.ceil(seen.getSouth() / step) * step; y < seen.getNorth(); y += step) {
      L.polyline([[y, seen.getWest()], [y, seen.getEast()]], style).addTo(net);
      label([y, seen.getWest()], `${y.toFixed(digits)}°`, "map-degree-north");
    }
  }

  function popup(place) {
    const told = document.createElement("div");
    const name = document.createElement("strong");
    name.textContent = place.name;
    const level = document.createElement("p");
    level.textContent = `${place.level} ${place.code}`;
    const page = document.createElement("a");
    page.href = place.page;
    page.textContent = box.dataset.page;
    told.append(name, level, page);
    return told;
  }

  function mark(place, asButton) {
    if (asButton) {
      const held = L.marker(place.at, {
        icon: L.divIcon({ className: `map-mark map-${place.kind}`, iconSize: null }),
        title: place.name,
        riseOnHover: true,
      }).addTo(map);
      held.getElement().setAttribute("aria-label", `${place.level} ${place.name}`);
      return held.bindPopup(() => popup(place));
    }
    return L.circleMarker(place.at, {
      radius: place.kind === "substation" ? 8 : 4,
      color: colour("--ink"),
      weight: 1,
      fillColor: colour("--lamp"),
      fillOpacity: 1,
    })
      .addTo(map)
      .bindPopup(() => popup(place));
  }

  // A feeder has no place of its own: the line goes on to what it comes from.
  function feeds(place, byId) {
    let above = byId.get(place.up);
    while (above && !above.at) above = byId.get(above.up);
    return above;
  }

  function show(places) {
    const byId = new Map(places.map((one) => [one.id, one]));
    const placed = places.filter((one) => one.at);
    if (!placed.length) {
      told.textContent = box.dataset.none;
      box.hidden = true;
      return;
    }
    map.fitBounds(L.latLngBounds(placed.map((one) => one.at)).pad(0.1), { maxZoom: 16 });
    for (const one of placed) {
      const above = feeds(one, byId);
      if (above) {
        L.polyline([above.at, one.at], {
          color: colour("--edge"),
          weight: 2,
          interactive: false,
        }).addTo(map);
      }
    }
    const marks = new Map(
      placed.map((one) => [one.id, mark(one, placed.length <= MOST_BUTTONS)]),
    );
    drawNet();
    map.on("moveend", drawNet);
    for (const button of document.querySelectorAll("[data-show]")) {
      const held = marks.get(Number(button.dataset.show));
      if (!held) continue;
      button.hidden = false;
      button.addEventListener("click", () => {
        box.scrollIntoView({ block: "center" });
        map.setView(held.getLatLng(), Math.max(map.getZoom(), 15));
        held.openPopup();
        box.focus({ preventScroll: true });
      });
    }
  }

  fetch(box.dataset.places, { headers: { Accept: "application/json" } })
    .then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    })
    .then((answer) => show(answer.places))
    .catch(() => {
      told.textContent = box.dataset.lost;
    });
})();
