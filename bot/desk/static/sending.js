// Photos and files to the resident, and the word that somebody types.
import { post, Refusal } from "./common.js";

const bench = document.getElementById("bench");
const composer = document.getElementById("composer");
const picker = document.getElementById("attachment");
const dialog = document.getElementById("attach-dialog");
const address = () => `/desk/api/conversations/${bench.dataset.open}`;
const MEGABYTE = 1024 * 1024;
const TOLD_EVERY = 3000; // ms; the resident's page shows it a little longer
const PATIENCE = 120000; // ms; a large file over a slow line

let chosen = null; // {file, id, of}: one id for however many tries, so that the resident gets it once
let told = 0;

function problem(text, id) {
  const place = document.getElementById(id);
  place.textContent = text;
  place.hidden = !text;
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const inWords = (bytes) => (bytes < MEGABYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);

function choose(file) {
  if (!file) return;
  chosen = { file, id: newId(), url: `${address()}/file` };
  document.getElementById("attach-name").textContent = `${file.name}（${inWords(file.size)}）`;
  const tooLarge = file.size > Number(dialog.dataset.most) * MEGABYTE;
  problem(tooLarge ? `文件太大，最大 ${dialog.dataset.most} MB。` : "", "attach-problem");
  dialog.querySelector("[value=send]").disabled = tooLarge;
  dialog.showModal();
}

async function upload({ file, id, url }) {
  const form = new FormData();
  form.append("client_id", id);
  form.append("file", file, file.name);
  let answer;
  try {
    const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
    answer = await fetch(url, { method: "POST", headers, body: form, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new Refusal("network", "网络断了，没有发出。恢复后请再点「发送」。");
  }
  const read = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(read.code ?? "unexpected", read.message ?? "没有发出，请稍后再试。");
}

async function send() {
  const button = dialog.querySelector("[value=send]");
  button.disabled = true;
  problem("", "attach-problem");
  try {
    await upload(chosen);
    dialog.close();
    document.dispatchEvent(new CustomEvent("desk:look"));
  } catch (refusal) {
    problem(refusal.message, "attach-problem");
  }
  button.disabled = false;
}

if (composer) {
  document.getElementById("attach").addEventListener("click", () => {
    if (document.querySelector(".state")?.dataset.owner === "mine") picker.click();
    else problem("先点「接管」，才能给居民发文件。", "composer-problem");
  });
  picker.addEventListener("change", () => (choose(picker.files[0]), (picker.value = "")));
  dialog.addEventListener("submit", (event) => {
    if (event.submitter?.value === "send") (event.preventDefault(), send());
  });
  dialog.addEventListener("close", () => ((chosen = null), composer.elements.text.focus()));
  composer.elements.text.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0]; // a picture of the screen, say
    if (!file || composer.elements.text.readOnly) return;
    event.preventDefault();
    choose(file);
  });
  composer.elements.text.addEventListener("input", (event) => {
    const typed = composer.elements.kind.value === "reply" && composer.elements.text.value && event.isTrusted;
    if (!typed || Date.now() - told < TOLD_EVERY) return;
    told = Date.now();
    post(`${address()}/typing`).catch(() => {}); // a courtesy: without it nothing is lost
  });
}
