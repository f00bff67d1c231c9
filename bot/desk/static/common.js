// Shared by the desk's scripts: posting with the session's token, texts kept over a reload or a new sign-in.
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

/** A refusal from the server, or `network` when it cannot be reached. `message` is a sentence for people. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const OFFLINE = "网络断了，没有发出。恢复后请再试。";
const UNREADABLE = "服务器没有答应，请稍后再试。";

/** POST JSON; answers the parsed answer or throws a Refusal. */
export async function post(url, body = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Refusal("network", OFFLINE);
  }
  let read = {};
  try {
    read = await answer.json();
  } catch {
    throw new Refusal("unreadable", UNREADABLE);
  }
  if (!answer.ok) throw new Refusal(read.code ?? "unexpected", read.message ?? UNREADABLE);
  return read;
}

/** Texts of this tab, gone with it and at sign-out: a session that ends in mid-sentence loses nothing. */
export const kept = {
  get: (key) => sessionStorage.getItem(`kept:${key}`),
  set: (key, text) => (text ? sessionStorage.setItem(`kept:${key}`, text) : sessionStorage.removeItem(`kept:${key}`)),
  forgetAll: () => sessionStorage.clear(),
  forgetSent: () => Object.keys(sessionStorage).filter((key) => key.endsWith(":sent")).forEach((key) => sessionStorage.removeItem(key)),
};

/** What this browser was told to do: sounds, notifications, colours. Empty where storage is forbidden. */
export const preference = {
  get(name) {
    try {
      return localStorage.getItem(`desk:${name}`);
    } catch {
      return null;
    }
  },
  set: (name, value) => (value ? localStorage.setItem(`desk:${name}`, value) : localStorage.removeItem(`desk:${name}`)),
};

/** Whether the person is writing: then single letters are text and no shortcuts. */
export const isTyping = (target) => target instanceof Element && target.closest("input:not([type=radio]), textarea, select, [contenteditable]");

const DOUBLE_CLICK = 500; // ms; the second half of a double click is no second thought

/** The first press changes the label and asks again; answers whether this is the second. */
export function isSure(button) {
  if (!button.dataset.sure) return true;
  if (button.dataset.asked) return Date.now() - Number(button.dataset.asked) > DOUBLE_CLICK;
  const label = button.textContent;
  button.dataset.asked = Date.now();
  button.textContent = button.dataset.sure;
  button.classList.add("asking");
  setTimeout(() => {
    delete button.dataset.asked;
    button.textContent = label;
    button.classList.remove("asking");
  }, 4000);
  return false;
}
