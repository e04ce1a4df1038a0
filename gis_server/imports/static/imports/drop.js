// Files dropped or chosen are sent at once, with progress; without JavaScript the form sends them itself.

const form = document.getElementById("drop");
const input = document.getElementById("files");
const sending = document.getElementById("sending");
const bar = document.getElementById("sending-bar");
const name = document.getElementById("sending-name");
const fault = document.getElementById("send-fault");
const live = document.getElementById("live");
document.documentElement.classList.add("has-script");

/** All files of what was dropped; those of folders too. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return (await Promise.all(found.map(filesBelow))).flat();
    found.push(...some);
  }
}

function send(files) {
  if (files.length === 0) return;
  const body = new FormData();
  for (const file of files) body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.upload.onprogress = (event) => {
    bar.value = event.lengthComputable ? event.loaded / event.total : 0;
    name.textContent = `${form.dataset.sending}: ${titleOf(files)} ${Math.round(bar.value * 100)} %`;
  };
  request.onload = () => done(request);
  request.onerror = () => fail("");
  request.onabort = () => show(false);
  document.getElementById("sending-stop").onclick = () => request.abort();
  fault.hidden = true;
  name.textContent = live.textContent = `${form.dataset.sending}: ${titleOf(files)}`;
  bar.value = 0;
  show(true);
  request.send(body);
}

function titleOf(files) {
  return files.length === 1 ? files[0].name : `${files[0].name} + ${files.length - 1}`;
}

function done(request) {
  if (request.status !== 201) return fail(detailOf(request.responseText));
  const { uploads } = JSON.parse(request.responseText);
  if (uploads.length === 1) location.assign(uploads[0].href);
  else location.reload();
  return undefined;
}

function detailOf(text) {
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return "";
  }
}

function fail(detail) {
  show(false);
  fault.textContent = detail ? `${form.dataset.failed}: ${detail}` : form.dataset.failed;
  fault.hidden = false;
}

function show(isSending) {
  sending.hidden = !isSending;
  form.hidden = isSending;
  if (!isSending) input.value = "";
}

input.addEventListener("change", () => send([...input.files]));
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("is-over");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  form.classList.remove("is-over");
  if (!form.hidden) send(await filesOf(event.dataTransfer));
});
document.body.dataset.ready = "true";
