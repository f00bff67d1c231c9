// What every page of the desk needs: forms that keep what was typed, second thoughts, originals of a case, waiting times.
import { isSure, kept, post } from "./common.js";
import { askPurpose } from "./purpose.js";

/* Fields of a form with data-keep survive a reload and a new sign-in; they are forgotten once the server has moved on. */
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit" && field.tagName !== "BUTTON");
const valueOf = (field) => (field.type === "checkbox" || field.type === "radio" ? (field.checked ? "1" : "") : field.value);
const fieldKey = (form, field) => `${form.dataset.keep}:${field.name}${field.type === "radio" ? `:${field.value}` : ""}`;

// Who lands at the door after sending a form has not been heard: what was typed must come back afterwards.
if (document.body.classList.contains("door")) kept.forgetSent();

for (const form of document.querySelectorAll("form[data-keep]")) {
  const sent = kept.get(`${form.dataset.keep}:sent`);
  const refused = document.querySelector(".problem");
  for (const field of fieldsOf(form)) {
    const text = kept.get(fieldKey(form, field));
    if (sent && !refused) kept.set(fieldKey(form, field), "");
    else if (text && (field.type === "checkbox" || field.type === "radio")) field.checked = true;
    else if (text && !refused) field.value = text;
  }
  kept.set(`${form.dataset.keep}:sent`, "");
  form.addEventListener("input", () => fieldsOf(form).forEach((field) => kept.set(fieldKey(form, field), valueOf(field))));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (button && !isSure(button)) return event.preventDefault();
  if (form.dataset.busy) return event.preventDefault();
  if (form.hasAttribute("data-forget")) kept.forgetAll();
  if (form.dataset.keep) kept.set(`${form.dataset.keep}:sent`, "1");
  if (form.hasAttribute("data-once")) form.dataset.busy = "1";
});
// Coming back with the browser's button shows the page as it was left: its forms must work again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => delete form.dataset.busy));

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const revealer = event.target.closest("[data-reveal-case]");
  if (revealer) await showOriginals(revealer);
});

async function showOriginals(button) {
  const purpose = await askPurpose();
  if (!purpose) return;
  button.disabled = true;
  try {
    const originals = await post(button.dataset.revealCase, purpose);
    for (const place of document.querySelectorAll("[data-original]")) {
      const text = originals[place.dataset.original];
      if (text) place.textContent = text;
    }
    button.textContent = "已显示原文";
  } catch (refusal) {
    button.disabled = false;
    button.textContent = refusal.message;
  }
}

/* Waiting times count up by themselves; the server's clock is not the operator's, so small differences show as 0. */
function inWords(seconds) {
  if (seconds < 60) return `${seconds}秒`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}分${seconds % 60}秒`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}小时${Math.floor((seconds % 3600) / 60)}分`;
  return `${Math.floor(seconds / 86400)}天`;
}

export function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
    time.textContent = inWords(seconds);
    time.classList.toggle("long-wait", seconds >= 180);
  }
}
tick();
setInterval(tick, 1000);
