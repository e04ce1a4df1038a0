// Reads every collection of an OGC API with @camptocamp/ogc-client and prints what it found as JSON.
import { OgcApiEndpoint } from "@camptocamp/ogc-client";

const LIMIT = 500;
const endpoint = new OgcApiEndpoint(process.argv[2]);

async function readWhole(name) {
  const found = [];
  for (let offset = 0; ; offset += LIMIT) {
    const page = await endpoint.getCollectionItems(name, LIMIT, offset);
    found.push(...page.map((feature) => [feature.id, feature.geometry]));
    if (page.length < LIMIT) return found;
  }
}

// The pages as their links lead on, with a filter that the client has no words for.
async function readByLinks(name, filter) {
  const found = [];
  const first = new URL(await endpoint.getCollectionItemsUrl(name, { limit: 7, asJson: true }));
  first.searchParams.set("filter", filter);
  for (let url = first; url; ) {
    const page = await (await fetch(url, { headers: { Accept: "application/geo+json" } })).json();
    found.push(...page.features.map((feature) => [feature.id, feature.geometry]));
    url = page.links.find((link) => link.rel === "next")?.href;
  }
  return found;
}

const collections = await endpoint.featureCollections;
const whole = {};
for (const name of collections) whole[name] = await readWhole(name);
const boxed = await endpoint.getCollectionItems("evacuation-sites", 1000, 0, null, null, [139.55, 35.67, 139.57, 35.69]);
const sorted = await endpoint.getCollectionItems("shelters", 1000, 0, true, ["-name"], null, ["name"]);
const info = await endpoint.getCollectionInfo("shelters");
process.stdout.write(
  JSON.stringify({
    collections,
    whole,
    boxed: boxed.map((feature) => [feature.id, feature.geometry]),
    filtered: await readByLinks("evacuation-sites", "flood = TRUE"),
    sorted: sorted.map((feature) => feature.properties.name),
    crs: info.crs,
    queryables: info.queryables.map((field) => field.name),
  }),
);
