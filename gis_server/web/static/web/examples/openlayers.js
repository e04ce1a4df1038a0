// Only the features in view, in the map's own reference system, above vector tiles: OpenLayers.
// The page loads /static/vendor/ol/ol.js before this module; it gives the global `ol`.

const { ol } = globalThis;
const API = new URL("/api", location.href);
const MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857";
const element = document.getElementById("openlayers-map");
const found = document.getElementById("openlayers-found");
const format = new ol.format.GeoJSON({ dataProjection: "EPSG:3857", featureProjection: "EPSG:3857" });

/** The features in a box of EPSG:3857, page after page; `crs` spares turning the coordinates round. */
async function readBox(collection, extent) {
  const features = [];
  const asked = { bbox: extent.join(","), "bbox-crs": MERCATOR, crs: MERCATOR, limit: "20", f: "json" };
  for (let url = `${API}/collections/${collection}/items?${new URLSearchParams(asked)}`; url; ) {
    const answer = await fetch(url);
    const page = await answer.json();
    if (!answer.ok) throw new Error(page.detail);
    features.push(...format.readFeatures(page));
    url = page.links.find((link) => link.rel === "next")?.href;
  }
  return features;
}

const shelters = new ol.source.Vector({
  strategy: ol.loadingstrategy.bbox,
  loader(extent, resolution, projection, success, failure) {
    readBox("shelters", extent).then(
      (features) => {
        shelters.addFeatures(features);
        success(features);
      },
      (error) => {
        shelters.removeLoadedExtent(extent);
        found.textContent = `${found.dataset.failed}: ${error.message}`;
        failure();
      },
    );
  },
});

const ground = new ol.layer.VectorTile({
  source: new ol.source.VectorTile({ format: new ol.format.MVT(), url: "/tiles/base/{z}/{x}/{y}.mvt", maxZoom: 16 }),
  style: { "stroke-color": "#b9b2a6", "fill-color": "#e2e5d6" },
});

const dots = new ol.layer.Vector({
  source: shelters,
  style: { "circle-radius": 7, "circle-fill-color": "#b4232a", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
});

const map = new ol.Map({
  target: element,
  layers: [ground, dots],
  controls: [], // the buttons would need OpenLayers' style sheet; wheel, fingers and the keys + and - do it too
  view: new ol.View({ center: ol.proj.fromLonLat([139.5603, 35.6833]), zoom: 13 }),
});

shelters.on("featuresloadend", () => {
  map.once("rendercomplete", () => {
    found.textContent = String(shelters.getFeatures().length);
    element.dataset.drawn = String(shelters.getFeaturesInExtent(map.getView().calculateExtent()).length);
    element.dataset.tiles = String(ground.getFeaturesInExtent(map.getView().calculateExtent()).length);
    element.dataset.ready = "true";
  });
  map.render();
});
