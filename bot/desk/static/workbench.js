// The workbench: taking, replying, noting, handing back, originals, keys, and the number of waiting residents in the title.
import { isSure, isTyping, kept, post } from "./common.js";
import { follow, toEnd } from "./live.js";
import { tick } from "./page.js";
import { askPurpose } from "./purpose.js";

const bench = document.getElementById("bench");
let conversation = bench.dataset.open;
const composer = document.getElementById("composer");
const lines = document.getElementById("lines");
const linkState = document.getElementById("link-state");
const AWAY = "登录已过期。您写的内容还在，";

const live = follow(conversation, (connected) => {
  linkState.textContent = connected ? "" : "连接断开，正在重连…";
});

/* -- what the page shows of the state -------------------------------------------------------------------------- */

const ownerNow = () => document.querySelector(".state")?.dataset.owner ?? "";

function showWaiting() {
  const waiting = Number(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  document.title = (waiting ? `(${waiting}) ` : "") + "街坊坐席台";
}

const HINTS = {
  mine: "Enter 发送，Shift+Enter 换行",
  queued: "先点「接管」，才能回复居民。现在只能写内部备注。",
  bot: "机器人正在接待。先点「接管」，才能回复居民。",
  closed: "会话已结束。居民再来消息时会重新开始。",
  other: "同事正在接待。您可以写内部备注。",
};

function showComposer() {
  if (!composer) return;
  const owner = ownerNow();
  const isNote = composer.elements.kind.value === "note";
  const closed = owner !== "mine" && !isNote;
  composer.classList.toggle("noting", isNote);
  composer.elements.text.readOnly = closed;
  composer.querySelector(".main-button").disabled = closed;
  composer.querySelector(".main-button").textContent = isNote ? "记下" : "发送";
  composer.elements.text.placeholder = closed ? "" : isNote ? "只有同事看得到" : "对居民说…";
  document.getElementById("composer-hint").textContent = isNote ? "内部备注，居民看不到。Enter 记下，Shift+Enter 换行" : HINTS[owner] ?? "";
}

function problem(text) {
  const place = document.getElementById("composer-problem");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

function signedOut() {
  problem(AWAY);
  const link = document.createElement("a");
  link.href = `/desk/sign-in?expired=1&next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "请重新登录";
  (document.getElementById("composer-problem") ?? linkState).append(link);
}

const refused = (refusal) => (["signed_out", "stale_form"].includes(refusal.code) ? signedOut() : problem(refusal.message));

document.addEventListener("desk:signed-out", signedOut);
document.addEventListener("desk:look", () => live.look());
document.addEventListener("desk:mended", () => {
  showWaiting();
  showComposer();
  markOpen();
  tick();
});

function markOpen() {
  for (const link of document.querySelectorAll("[data-conversation]"))
    if (link.dataset.conversation === conversation) link.setAttribute("aria-current", "true");
}

/* -- what the operator does ------------------------------------------------------------------------------------ */

const address = () => `/desk/api/conversations/${conversation}`;

async function act(button) {
  if (!isSure(button)) return;
  button.disabled = true;
  problem("");
  try {
    await post(`${address()}/${button.dataset.act}`);
    if (button.dataset.act === "claim") composer?.elements.text.focus();
  } catch (refusal) {
    refused(refusal);
  }
  button.disabled = false;
  live.look();
}

async function reveal(button) {
  const purpose = await askPurpose();
  if (!purpose) return;
  button.disabled = true;
  try {
    const original = await post(`${address()}/reveal/${button.dataset.reveal}`, purpose);
    button.closest(".bubble").querySelector(".text").textContent = original.text;
    button.replaceWith(Object.assign(document.createElement("small"), { textContent: "原文，查看已记入审计", className: "hint" }));
  } catch (refusal) {
    button.disabled = false;
    refused(refusal);
  }
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A line of our own that the server does not know yet: sending, or failed with a button to try again. */
function ownLine(text, note) {
  const line = document.createElement("li");
  line.className = `line ${note ? "note" : "staff"} own`;
  line.dataset.own = "1";
  line.innerHTML = '<p class="by"><span class="tag pending">正在发送</span></p><div class="bubble"><p class="text"></p></div>';
  line.querySelector(".text").textContent = text;
  lines.append(line);
  toEnd(lines);
  return line;
}

async function send(text, note, line = ownLine(text, note), clientId = newId()) {
  const [of, url] = [conversation, address()]; // the page may turn to another conversation before the answer is there
  const tag = line.querySelector(".tag");
  tag.textContent = "正在发送";
  line.querySelector(".again")?.remove();
  try {
    await post(`${url}/${note ? "note" : "reply"}`, note ? { text } : { text, client_id: clientId });
    await live.talk();
    line.remove();
    keepDraft();
  } catch (refusal) {
    if (of !== conversation) return keepUnsent(of, text);
    refused(refusal);
    tag.textContent = "没有发出";
    tag.className = "tag failed";
    const again = Object.assign(document.createElement("button"), { type: "button", className: "again", textContent: "重发" });
    const back = Object.assign(document.createElement("button"), { type: "button", className: "again", textContent: "放回输入框" });
    again.onclick = () => (back.remove(), problem(""), send(text, note, line, clientId));
    back.onclick = () => (line.remove(), putBack(text));
    line.querySelector(".bubble").append(again, back);
  }
}

function putBack(text) {
  const field = composer.elements.text;
  field.value = field.value ? `${text}\n${field.value}` : text;
  keepDraft();
  field.focus();
}

/* What was typed or could not be sent is still there after a reload or a new sign-in. */
const draftOf = (of) => `talk-${of}`;
const DRAFT_AT_MOST = 100_000; // characters: a tab's storage holds some megabytes
function keepDraft() {
  const unsent = [...lines.querySelectorAll("[data-own] .text")].map((text) => text.textContent);
  kept.set(draftOf(conversation), [...unsent, composer.elements.text.value].filter(Boolean).join("\n").slice(0, DRAFT_AT_MOST));
}

/** What could not be sent in a conversation the page has left is a draft there. */
function keepUnsent(of, text) {
  kept.set(draftOf(of), [text, kept.get(draftOf(of))].filter(Boolean).join("\n"));
  problem("刚才那个会话有一句没有发出，已放回它的输入框。");
}

/* -- turning to another conversation, without loading the page anew ------------------------------------------------ */

const WIDE = matchMedia("(min-width: 701px)"); // on a phone the lists are a page of their own

async function turnTo(other, remember = true) {
  keepDraft();
  lines.querySelectorAll("[data-own]").forEach((line) => line.remove());
  conversation = bench.dataset.open = other;
  problem("");
  composer.elements.kind.value = "reply";
  composer.elements.text.value = kept.get(draftOf(other)) ?? "";
  if (remember) history.pushState(null, "", `/desk/c/${other}`);
  document.querySelectorAll("[data-conversation][aria-current]").forEach((link) => link.removeAttribute("aria-current"));
  markOpen();
  document.dispatchEvent(new CustomEvent("desk:turned"));
  await live.turnTo(other);
  toEnd(lines);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-conversation]");
  if (!link || !conversation || !WIDE.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.conversation !== conversation) turnTo(link.dataset.conversation);
});

window.addEventListener("popstate", () => {
  const other = /^\/desk\/c\/([0-9a-f]{32})$/.exec(location.pathname);
  if (other && conversation) turnTo(other[1], false);
  else location.reload();
});

const LONGEST = 4000; // characters; the server says the same

function submit() {
  const field = composer.elements.text;
  const text = field.value.trim();
  if (!text) return;
  if (field.readOnly) return problem(`没有发出，您写的还在。${HINTS[ownerNow()] ?? ""}`);
  if (text.length > LONGEST) return problem(`太长了：现在 ${text.length} 个字，最多 ${LONGEST} 个字。没有发出，您写的都还在。`);
  problem("");
  field.value = "";
  send(text, composer.elements.kind.value === "note");
  keepDraft();
}

if (composer) {
  composer.addEventListener("submit", (event) => (event.preventDefault(), submit()));
  composer.addEventListener("change", showComposer);
  composer.elements.text.addEventListener("input", keepDraft);
  composer.elements.text.addEventListener("keydown", (event) => {
    // While an input method is choosing characters, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  composer.elements.text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain").length ?? 0;
    if (pasted <= DRAFT_AT_MOST) return; // what is only too long to be sent can still be cut
    event.preventDefault(); // megabytes would make the page stand still, and could not be kept over a reload
    problem(`太长了：要粘贴的有 ${pasted} 个字，最多发 ${LONGEST} 个字。没有粘贴，您写的都还在。`);
  });
  composer.elements.text.value = kept.get(draftOf(conversation)) ?? "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act], [data-reveal]");
  if (button?.dataset.act) act(button);
  else if (button?.dataset.reveal) reveal(button);
});

/* -- keys ------------------------------------------------------------------------------------------------------ */

const listed = () => [...document.querySelectorAll("[data-conversation]")];

function step(by) {
  const all = listed();
  const here = all.findIndex((link) => link.dataset.conversation === conversation);
  all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]?.click();
}

function write(kind) {
  if (!composer) return;
  composer.elements.kind.value = kind;
  showComposer();
  composer.elements.text.focus();
}

const KEYS = {
  q: () => document.querySelector("[data-list=queue] [data-conversation]")?.click(),
  j: () => step(1),
  k: () => step(-1),
  r: () => write("reply"),
  n: () => write("note"),
  a: () => document.querySelector("#suggest [name=q]")?.focus(),
  "?": () => document.getElementById("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!KEYS[key] && !button) return;
  event.preventDefault();
  if (KEYS[key]) KEYS[key]();
  else button.click();
});

showWaiting();
showComposer();
if (lines) toEnd(lines);
