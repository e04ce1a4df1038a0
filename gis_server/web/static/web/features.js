// Features of the layers through the OGC API, and its processes.

/** What the server refused, with its problem document (RFC 9457). */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

/** The server did not answer at all: no network, or it is down. */
export class NoAnswer extends Error {}

/**
 * JSON from this server.
 *
 * @throws {Refusal} where the server says no
 * @throws {NoAnswer} where it does not answer
 */
export async function fetchJson(path, options = {}) {
  const answer = await reach(path, options);
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, document);
  return document;
}

/** The answer to a request, whatever it says. */
export async function reach(path, { timeout = 15_000, headers = {}, ...options } = {}) {
  try {
    return await fetch(path, { headers: { Accept: "application/json", ...headers }, signal: AbortSignal.timeout(timeout), ...options });
  } catch (error) {
    throw new NoAnswer(error.message);
  }
}

/** All features of a layer, page after page. Each carries its id among its properties, where the map needs it. */
export async function fetchFeatures(layer) {
  const features = [];
  let path = `/api/collections/${layer}/items?f=json&limit=10000`;
  while (path) {
    const document = await fetchJson(path, { cache: "no-store" });
    features.push(...document.features);
    const next = document.links?.find((link) => link.rel === "next");
    path = next ? next.href.replace(/^[a-z]+:\/\/[^/]+/, "") : null;
  }
  for (const feature of features) feature.properties.id = feature.id;
  return features;
}

/** One feature as it is now. */
export async function fetchFeature(layer, id) {
  return fetchJson(`/api/collections/${layer}/items/${encodeURIComponent(id)}?f=json`, { cache: "no-store" });
}

/** The answer of a process to its inputs. */
export async function execute(process, inputs) {
  return fetchJson(`/api/processes/${process}/execution`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ inputs }),
  });
}
