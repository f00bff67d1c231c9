/* The chat page: puts composer, lines and wire together. */

import { Lines } from "./chat_lines.js";
import { Follower, Outbox, memory, newId } from "./chat_wire.js";
import { speakSlowly } from "./chat_speak.js";
import { kindOf, readyPickers, readyPlace, readyRecorder } from "./chat_tools.js";

const TYPING_ENDS = 20000; // whatever happens, the dots go away
const STAFF_TYPING_ENDS = 6000; // told every three seconds while somebody types
const SEEN_AFTER = 700; // a glance at what has come in
const BANNER_AFTER = 2500; // short breaks are not worth a word
const HIDDEN_CLOSES = 30000; // a hidden tab gives its stream back
const DRAFT = "jiefang.draft", LARGE = "jiefang.large";
const $ = (id) => document.getElementById(id);
const { words, longest_text: longestText, max_upload_mb: maxUploadMb } = JSON.parse($("words").textContent);
const lines = new Lines($("log"), $("replies"), words);
let state = { owner: "bot", name: "" };
let elder = false; // 长辈模式, as the server remembers it
let typingTimer, bannerTimer, hintTimer, hiddenTimer, oldest = 1;

/* -- what is sent ------------------------------------------------------------------------------------------------- */

const outbox = new Outbox((item, what, sentence) => {
  if (what === "waiting") { say(sentence || "", "calm"); return; }
  lines.mark(item.id, what, sentence);
  if (what === "sent") expectAnswer();
  if (what === "refused") { say(sentence); lines.offer(); }
});
lines.onRetry = () => outbox.retry();
lines.onPress = (choice) => sendBody({ button: choice.id }, choice.title);

function sendBody(body, shown, more) {
  const id = newId();
  showOwn(id, shown, more);
  outbox.add({ id, body, shown });
}

function showOwn(id, text, more) {
  const message = { client_id: id, sender: "resident", name: "我", text, at: new Date().toISOString(), attachments: [] };
  lines.put(Object.assign(message, more), "sending");
  toBottom();
}

function sendText(text) {
  const choice = lines.choices().find((item) => item.title === text);
  sendBody(choice ? { button: choice.id } : { text }, text);
}

function sendFile(file) {
  const id = newId();
  const kind = kindOf(file);
  showOwn(id, "", { attachments: [{ href: URL.createObjectURL(file), kind, name: file.name }] });
  outbox.add({ id, file });
}

/* -- the composer ------------------------------------------------------------------------------------------------- */

const input = $("text");

function submit() {
  const text = input.value.trim();
  if (!text.replace(/[\s\u200b-\u200f\u2060\ufeff]/g, "")) { say(words.empty, "calm"); return; }
  if (Array.from(text).length > longestText) { say(words.too_long.replace("{limit}", longestText)); return; }
  input.value = "";
  memory.drop(DRAFT);
  say("");
  grow();
  sendText(text);
}

function grow() {
  input.style.height = "auto";
  input.style.height = input.scrollHeight + 2 + "px";
}

function type(text) {
  if (!input.value) input.value = text;
  grow();
  input.focus();
}

$("form").addEventListener("submit", (event) => { event.preventDefault(); submit(); input.focus(); });
input.addEventListener("keydown", (event) => {
  // While an input method is composing, Enter chooses a word; 229 is what older browsers say for it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
input.addEventListener("input", () => { memory.set(DRAFT, input.value); grow(); });
$("more").addEventListener("click", () => {
  $("tray").hidden = !$("tray").hidden;
  $("more").setAttribute("aria-expanded", String(!$("tray").hidden));
});
$("tray").addEventListener("click", () => { $("tray").hidden = true; $("more").setAttribute("aria-expanded", "false"); });
$("handoff").addEventListener("click", () => sendText(words.handoff_message));
document.querySelectorAll(".suggestion").forEach((button) => button.addEventListener("click", () => sendText(button.textContent)));

function say(sentence, tone) {
  clearTimeout(hintTimer);
  const hint = $("hint");
  hint.textContent = sentence || "";
  hint.hidden = !sentence;
  hint.classList.toggle("calm", tone === "calm");
  if (sentence) hintTimer = setTimeout(() => { hint.hidden = true; }, 8000);
}

/* -- what comes in ------------------------------------------------------------------------------------------------ */

function receive(message) {
  const near = nearBottom();
  if (message.client_id) outbox.settle(message.client_id);
  const fresh = lines.put(message);
  if (message.sender !== "resident") stopTyping();
  if (fresh && near) toNews();
  else if (fresh && message.sender !== "resident") $("jump").hidden = false;
  tellSeen();
}

function showState(next) {
  state = next;
  const name = next.name.startsWith("工作人员") ? next.name : "工作人员 " + next.name;
  $("state").textContent = words["state_" + next.owner].replace("{name}", name);
  if (next.elder !== elder) { elder = next.elder; large(elder || memory.get(LARGE) === "1"); toBottom(); }
  speakSlowly(Boolean(next.slow));
  $("handoff").disabled = next.owner === "queued" || next.owner === "staff";
  if (next.owner !== "bot") stopTyping();
}

function expectAnswer() {
  const last = lines.lines[lines.lines.length - 1];
  if (state.owner !== "bot" || !last || last.message.sender !== "resident") return;
  showTyping(words.typing, TYPING_ENDS);
}

function showTyping(sentence, ends) {
  const near = nearBottom();
  $("typing-words").textContent = sentence;
  $("typing").hidden = false;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(stopTyping, ends);
  if (near) toBottom();
}

/* Staff see what was read: told once for the newest of their lines, when somebody looks at the page. */
let seen = 0, seenTimer;
function tellSeen() {
  clearTimeout(seenTimer);
  const last = lines.lines.filter((line) => line.message.sender === "staff").pop();
  if (document.hidden || !last || last.message.position <= seen) return;
  seenTimer = setTimeout(async () => {
    const position = last.message.position;
    if (document.hidden) return;
    const headers = { "X-Jiefang-Chat": "1", "Content-Type": "application/json" };
    const answer = await fetch("/chat/api/seen", { method: "POST", headers, body: JSON.stringify({ position }) }).catch(() => null);
    if (answer && answer.ok) seen = Math.max(seen, position);
  }, SEEN_AFTER);
}

function stopTyping() {
  clearTimeout(typingTimer);
  $("typing").hidden = true;
}

const scroll = $("scroll");
let settled = -1; // where the page itself left a reader who has not moved since
function nearBottom() { return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160 || scroll.scrollTop === settled; }
/* To the end, but never past the beginning of an answer that is longer than the screen. */
function toNews() {
  toBottom();
  const own = lines.lines.filter((line) => line.message.sender === "resident").pop();
  const line = own ? own.element : lines.lines[0].element;
  const above = line.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
  if (above < 0) scroll.scrollTop += above - 8;
  settled = scroll.scrollTop;
}
function toBottom() { scroll.scrollTop = scroll.scrollHeight; $("jump").hidden = true; }
scroll.addEventListener("scroll", () => { if (nearBottom()) $("jump").hidden = true; });
scroll.addEventListener("load", (event) => { if (event.target.tagName === "IMG" && nearBottom()) toBottom(); }, true);
$("jump").addEventListener("click", toBottom);
// The keyboard or the tray takes room away: whoever was reading the newest line goes on seeing it.
let room = scroll.clientHeight;
if (window.ResizeObserver) {
  new ResizeObserver(() => {
    const lost = room - scroll.clientHeight;
    room = scroll.clientHeight;
    if (lost > 0 && scroll.scrollHeight - scroll.scrollTop - room - lost < 160) toBottom();
  }).observe(scroll);
}

/* -- history and the stream --------------------------------------------------------------------------------------- */

async function load(before) {
  const response = await fetch("/chat/api/history" + (before ? "?before=" + before : ""));
  if (!response.ok) throw new Error("history " + response.status);
  const history = await response.json();
  $("log").setAttribute("aria-busy", "true");
  history.messages.forEach((message) => { lines.put(message); outbox.settle(message.client_id); });
  $("log").setAttribute("aria-busy", "false");
  oldest = history.older ? history.after + 1 : 1;
  $("earlier").hidden = !history.older;
  $("greeting").hidden = history.older;
  if (!before && history.state) showState(history.state);
}

$("earlier").addEventListener("click", async () => {
  const height = scroll.scrollHeight;
  await load(oldest).catch(() => say(words.try_later, "calm"));
  scroll.scrollTop += scroll.scrollHeight - height;
});

const follower = new Follower(() => lines.lastPosition(), {
  message: receive,
  state: showState,
  typing() { if (state.owner === "staff") showTyping(words.staff_typing, STAFF_TYPING_ENDS); },
  anew() { location.reload(); }, // the resident's data were erased: nothing of them may stay on the page
  up() {
    clearTimeout(bannerTimer);
    bannerTimer = null;
    if (!$("banner").hidden) banner(words.reconnected, true);
    outbox.retry();
  },
  down() { if (!bannerTimer && $("banner").hidden) bannerTimer = setTimeout(() => banner(words.offline), BANNER_AFTER); },
});

function banner(sentence, good) {
  $("banner").textContent = sentence;
  $("banner").classList.toggle("good", Boolean(good));
  $("banner").hidden = false;
  if (good) setTimeout(() => { if ($("banner").classList.contains("good")) $("banner").hidden = true; }, 2500);
}

window.addEventListener("offline", () => { banner(words.offline); });
window.addEventListener("online", () => follower.open());
window.addEventListener("pagehide", () => follower.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) follower.open(); });
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(() => follower.close(), HIDDEN_CLOSES);
  else {
    if (!follower.source) follower.open();
    tellSeen();
  }
});

/* -- large type --------------------------------------------------------------------------------------------------- */

function large(on) {
  document.documentElement.classList.toggle("large", on);
  $("large").setAttribute("aria-pressed", String(on));
  grow();
}
$("large").addEventListener("click", () => {
  const on = $("large").getAttribute("aria-pressed") !== "true";
  memory.set(LARGE, on ? "1" : "");
  large(on);
  toBottom();
});

/* -- beginning ---------------------------------------------------------------------------------------------------- */

readyPickers(words, maxUploadMb, say, sendFile);
readyRecorder(words, say, sendFile);
readyPlace(words, say, (latitude, longitude) => sendBody({ latitude, longitude }, words.location_sent, { location: [latitude, longitude] }), type);
input.value = memory.get(DRAFT) || "";
large(memory.get(LARGE) === "1");

async function begin() {
  await load().catch(() => banner(words.offline));
  outbox.remembered().forEach((item) => { showOwn(item.id, item.shown); outbox.add(item); });
  toBottom();
  tellSeen();
  follower.open();
}
begin();
