/* The list of collections, shorter with each letter. */

const field = document.getElementById("find");
const said = document.getElementById("found");
const items = [...document.querySelectorAll(".found-item")];

/** Letters without regard to width and case; katakana as hiragana. */
function plain(text) {
  const folded = text.normalize("NFKC").toLowerCase();
  return folded.replace(/[ァ-ヶ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
}

const texts = new Map(items.map((item) => [item, plain(item.textContent)]));

function find() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let count = 0;
  for (const item of items) {
    item.hidden = !words.every((word) => texts.get(item).includes(word));
    if (!item.hidden) count += 1;
  }
  for (const subject of document.querySelectorAll(".subject")) subject.hidden = !subject.querySelector(".found-item:not([hidden])");
  document.getElementById("nothing-found").hidden = count > 0;
  said.textContent = field.dataset.found.replace("{n}", count);
}

field.addEventListener("input", find);
find();
