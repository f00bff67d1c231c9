// Preferences of this browser: sounds, notifications, colours. They stay here and are nobody's data.
import { preference } from "./common.js";

const note = document.getElementById("preference-note");

for (const field of document.querySelectorAll("[data-preference]")) {
  const name = field.dataset.preference;
  field.checked = field.type === "radio" ? (preference.get(name) ?? "") === field.value : preference.get(name) === "1";
  field.addEventListener("change", () => change(field, name));
}

async function change(field, name) {
  if (name === "notify" && field.checked && (await allowed()) !== "granted") {
    field.checked = false;
    note.textContent = "浏览器不允许弹出通知。请在地址栏左边的网站设置里允许通知，再打开。";
    return;
  }
  preference.set(name, field.type === "radio" ? field.value : field.checked ? "1" : "");
  if (name === "theme") applyTheme(field.value);
  note.textContent = "已记住。";
}

async function allowed() {
  return "Notification" in window ? Notification.requestPermission() : "denied";
}

function applyTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
