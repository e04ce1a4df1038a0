/* Buttons that copy the text of the element they name, and say so. */

const said = document.getElementById("said");

/** Copies where the browser lets a page do so by itself, and by selecting where it does not (no HTTPS). */
async function copy(source) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(source.textContent);
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (!document.execCommand("copy")) throw new Error("nothing was copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await copy(document.getElementById(button.dataset.copy));
    said.textContent = said.dataset.copied;
    button.classList.add("is-done");
  } catch {
    said.textContent = said.dataset.failed;
  }
  setTimeout(() => {
    button.classList.remove("is-done");
    said.textContent = "";
  }, 3000);
});
