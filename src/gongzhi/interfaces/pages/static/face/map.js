/* A map of our own boundaries, without tiles. Leaflet is fetched only when somebody opens it. */
"use strict";

const loadLeaflet = (box) =>
  new Promise((done, failed) => {
    if (window.L) return done(window.L);
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = box.dataset.leafletStyle;
    const script = document.createElement("script");
    script.src = box.dataset.leaflet;
    script.onload = () => done(window.L);
    script.onerror = failed;
    document.head.append(style, script);
  });

const boundariesOf = async (box) => {
  const source = box.dataset.source;
  if (source.startsWith("#")) return JSON.parse(document.querySelector(source).textContent);
  const answer = await fetch(source, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

/* Even-odd rule over all rings of a polygon or multipolygon. */
const contains = (geometry, [x, y]) => {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.some((rings) => {
    let inside = false;
    for (const ring of rings)
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [xi, yi] = ring[i], [xj, yj] = ring[j];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
    return inside;
  });
};

const draw = async (box) => {
  const [L, places] = await Promise.all([loadLeaflet(box), boundariesOf(box)]);
  const canvas = box.querySelector(".map");
  const said = box.querySelector("[data-map-said]");
  const longitude = document.getElementById(box.dataset.longitude);
  const latitude = document.getElementById(box.dataset.latitude);
  const map = L.map(canvas, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
  const shapes = L.geoJSON(places, { style: { className: "map__place" } }).addTo(map);
  map.fitBounds(shapes.getBounds(), { padding: [8, 8] });
  let pin;

  const put = (point) => {
    const spot = [point.lng, point.lat];
    longitude.value = point.lng.toFixed(6);
    latitude.value = point.lat.toFixed(6);
    if (pin) pin.setLatLng(point);
    else pin = L.circleMarker(point, { radius: 9, className: "map__pin" }).addTo(map);
    let found = "";
    shapes.eachLayer((layer) => {
      const here = contains(layer.feature.geometry, spot);
      layer.getElement()?.classList.toggle("map__place--chosen", here);
      if (here) found = layer.feature.properties.name;
    });
    pin.bringToFront();
    said.textContent = found ? box.dataset.chosen + found : box.dataset.outside;
  };

  map.on("click", (event) => put(event.latlng));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    put(map.getCenter());
  });
  box.querySelector("[data-map-centre]").addEventListener("click", () => put(map.getCenter()));
  const here = box.querySelector("[data-map-here]");
  if (navigator.geolocation && window.isSecureContext) {
    here.hidden = false;
    here.addEventListener("click", () =>
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const point = L.latLng(coords.latitude, coords.longitude);
          map.setView(point, map.getZoom() + 2);
          put(point);
        },
        () => { said.textContent = box.dataset.unknown; },
        { timeout: 10000, maximumAge: 60000 },
      ));
  }
  if (latitude.value && longitude.value) put(L.latLng(+latitude.value, +longitude.value));
};

for (const box of document.querySelectorAll("[data-map]")) {
  box.hidden = false;
  const fold = box.querySelector("details");
  fold.addEventListener("toggle", () => {
    draw(box).catch(() => {
      box.querySelector("[data-map-said]").textContent = box.dataset.unknown;
    });
  }, { once: true });
}
