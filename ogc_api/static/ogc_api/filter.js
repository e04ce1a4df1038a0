/* The form of conditions: open where there is room, and telling how many features fit before it is sent. */

const WAIT_MS = 300;
const form = document.getElementById("filter-form");
const words = JSON.parse(form.dataset.words);
const button = document.getElementById("go");
const said = document.getElementById("go-said");
let timer = 0;
let asking = null;

const wide = matchMedia("(min-width: 1000px)");
const folded = document.getElementById("conditions");
folded.open = wide.matches;
wide.addEventListener("change", () => { folded.open = wide.matches; });

/** Asks for one feature that fits, which tells how many there are. Nothing is said where that is not known. */
async function count() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams(new FormData(form));
  query.set("limit", "1");
  query.set("f", "json");
  try {
    const answer = await fetch(`${form.action}?${query}`, { signal: asking.signal });
    const page = answer.ok ? await answer.json() : {};
    tell(page.numberReturned === 0 ? 0 : page.numberMatched);
  } catch (error) {
    if (error.name !== "AbortError") tell(undefined);
  }
}

function tell(number) {
  const counted = number === 0 ? words.go_nothing : words.go_counted.replace("{n}", number?.toLocaleString());
  button.textContent = number === undefined ? words.go : counted;
  said.textContent = number === undefined ? "" : counted;
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(count, WAIT_MS);
});
