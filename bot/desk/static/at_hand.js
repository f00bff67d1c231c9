// What stands at hand beside the composer: canned replies, suggested answers, macros, labels, passing on, notices, hand-over.
import { post, preference, Refusal } from "./common.js";
import { toEnd } from "./live.js";

const bench = document.getElementById("bench");
const address = () => `/desk/api/conversations/${bench.dataset.open}`;
const composer = document.getElementById("composer");
const field = composer?.elements.text;
const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** GET JSON; answers the parsed answer or throws a Refusal. */
async function get(url) {
  let answer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(15000) });
  } catch {
    throw new Refusal("network", "网络断了，请稍后再试。");
  }
  const read = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(read.code ?? "unexpected", read.message ?? "没有成功，请稍后再试。");
  return read;
}

function problem(text, id = "composer-problem") {
  const place = document.getElementById(id);
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

const make = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
};

/** Put words where the cursor is, as if typed, so that the draft is kept. */
function insert(text) {
  if (!field || field.readOnly) return problem("现在不能回复居民。请先点「接管」。");
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/* -- canned replies -------------------------------------------------------------------------------------------- */

const picker = document.getElementById("picker");
const list = document.getElementById("picker-list");
const hint = document.getElementById("picker-hint");
let offered = [];
let chosen = 0;
let asked = 0;
const SLASH = /^\/([^\s/]{0,20})$/;

async function openPicker(words) {
  const mine = ++asked;
  picker.hidden = false;
  try {
    const found = await get(`${address()}/replies?q=${encodeURIComponent(words)}`);
    if (mine !== asked || picker.hidden) return;
    [offered, chosen] = [found, 0];
    drawPicker();
  } catch (refusal) {
    hint.textContent = refusal.message;
  }
}

function drawPicker() {
  list.replaceChildren(
    ...offered.map((one, at) => {
      const option = make("li", { id: `canned-${one.id}` }, make("b", { textContent: `/${one.shortcut} ${one.title}` }), make("span", { textContent: one.text }));
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(at === chosen));
      if (one.missing.length) option.append(make("small", { textContent: `还没有：${one.missing.join("、")}` }));
      option.addEventListener("mousedown", (event) => (event.preventDefault(), take(at)));
      return option;
    }),
  );
  hint.textContent = offered.length ? "↑↓ 选，Enter 放进输入框，Ctrl+Enter 直接发送，Esc 关上" : "没有这样的常用语。";
  field.setAttribute("aria-activedescendant", offered[chosen] ? `canned-${offered[chosen].id}` : "");
  list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  toEnd(document.getElementById("lines")); // the list has taken its room
}

function closePicker() {
  asked++;
  picker.hidden = true;
  field.removeAttribute("aria-activedescendant");
}

function take(at, send = false) {
  const one = offered[at];
  if (!one) return;
  closePicker();
  if (SLASH.test(field.value.trim())) field.value = "";
  insert(one.text);
  post(`/desk/api/replies/${one.id}/used`).catch(() => {}); // counting only orders the list
  if (send && one.missing.length) problem(`有空白没填：${one.missing.join("、")}。请改好再发。`);
  else if (send) composer.requestSubmit();
}

function pickerKey(event) {
  if (picker.hidden || event.isComposing) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves && offered.length) chosen = (chosen + moves[event.key] + offered.length) % offered.length;
  else if (event.key === "Enter" && offered.length) take(chosen, event.ctrlKey || event.metaKey);
  else if (event.key === "Escape") closePicker();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!picker.hidden) drawPicker();
}

if (composer) {
  field.addEventListener("keydown", pickerKey, { capture: true });
  field.addEventListener("input", () => {
    const words = SLASH.exec(field.value.trim());
    if (words) openPicker(words[1]);
    else if (!picker.hidden) closePicker();
  });
  field.addEventListener("blur", () => setTimeout(() => document.activeElement !== field && !picker.hidden && closePicker(), 150));
  document.getElementById("open-picker").addEventListener("click", () => {
    if (field.readOnly) return problem("现在不能回复居民。请先点「接管」。");
    field.focus();
    openPicker("");
  });
}

/* -- suggested answers ----------------------------------------------------------------------------------------- */

const suggest = document.getElementById("suggest");
const suggestions = document.getElementById("suggestions");

suggest?.addEventListener("submit", async (event) => {
  event.preventDefault();
  suggestions.replaceChildren(make("p", { className: "hint", textContent: "正在找…" }));
  try {
    const { question, found } = await get(`${address()}/suggestions?q=${encodeURIComponent(suggest.elements.q.value.trim())}`);
    suggestions.replaceChildren(make("p", { className: "hint", textContent: question ? `问：${question}` : "居民还没有说话。" }), ...found.map(suggestionCard));
    if (question && !found.length) suggestions.append(make("p", { textContent: "知识库里没有。您的答复可以存成问答草稿。" }));
  } catch (refusal) {
    suggestions.replaceChildren(make("p", { className: "problem", textContent: refusal.message }));
  }
});

document.addEventListener("desk:turned", () => {
  suggestions?.replaceChildren(make("p", { className: "hint", textContent: "按「找」，看知识库里怎么说。" }));
  suggest?.reset();
});

function suggestionCard(one) {
  const body = make("p", { className: "text", textContent: one.text });
  const source = make("a", { href: `/kb/${one.version}`, target: "_blank", rel: "noopener", textContent: one.source });
  const words = `${one.text}\n（依据：${one.source}）`;
  const use = make("button", { type: "button", className: "again", textContent: "放进输入框" });
  const now = make("button", { type: "button", className: "again", textContent: "直接发送" });
  use.addEventListener("click", () => insert(words));
  now.addEventListener("click", () => {
    if (field.readOnly || field.value.trim()) return insert(words); // never send what was half written with it
    insert(words);
    composer.requestSubmit();
  });
  return make("article", { className: `suggestion${one.sure ? " sure" : ""}` }, make("h3", { textContent: one.title + (one.sure ? " · 机器人也会这样答" : "") }), body, make("p", { className: "hint" }, source), use, now);
}

/* -- macros, labels, passing on -------------------------------------------------------------------------------- */

async function runMacro(button) {
  problem("", "macro-problem");
  button.disabled = true;
  try {
    await post(`${address()}/macros/${button.dataset.macro}`, { run_id: newId() });
    button.closest("dialog").close();
  } catch (refusal) {
    problem(refusal.message, "macro-problem");
  }
  button.disabled = false;
}

async function setLabel(label, on) {
  try {
    await post(`${address()}/label`, { label, on });
    look();
  } catch (refusal) {
    problem(refusal.message);
  }
}

async function passOn(form) {
  const body = { team: form.elements.team.value, to: Number(form.elements.to?.value ?? 0), why: form.elements.why.value };
  try {
    await post(`${address()}/transfer`, body);
    form.reset();
    look();
  } catch (refusal) {
    problem(refusal.message);
  }
}

async function draftAnswer(button) {
  button.disabled = true;
  try {
    const { address: page } = await post(`${address()}/messages/${button.dataset.draftAnswer}/draft`);
    const said = page ? make("a", { href: page, textContent: "已存成草稿，去修改" }) : make("small", { textContent: "已存成草稿，知识编辑会接着写" });
    button.replaceWith(said);
  } catch (refusal) {
    button.disabled = false;
    problem(refusal.message);
  }
}

const look = () => document.dispatchEvent(new CustomEvent("desk:look"));

/* -- notices, hand-over, away ---------------------------------------------------------------------------------- */

async function quietly(url) {
  try {
    await post(url);
  } catch (refusal) {
    problem(refusal.message);
  }
  look();
}

document.addEventListener("click", (event) => {
  const { macro, labelOff, draftAnswer: drafted, seen, shiftDone } = event.target.closest("button")?.dataset ?? {};
  if (macro) runMacro(event.target.closest("button"));
  else if (labelOff) setLabel(labelOff, false);
  else if (drafted) draftAnswer(event.target.closest("button"));
  else if (seen) quietly(`/desk/api/notices/${seen}/seen`);
  else if (shiftDone) quietly(`/desk/api/shift-notes/${shiftDone}/done`);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-label-add]")) return;
  event.preventDefault();
  if (event.target.value.trim()) setLabel(event.target.value.trim(), true);
  event.target.value = "";
});

document.getElementById("transfer")?.addEventListener("close", (event) => {
  if (event.target.returnValue === "go") passOn(document.getElementById("transfer-form"));
  event.target.returnValue = "";
});

document.getElementById("shift-form")?.addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "save") return;
  event.preventDefault();
  const form = event.target;
  try {
    await post("/desk/api/shift-notes", { text: form.elements.text.value });
    form.reset();
    form.closest("dialog").close();
    look();
  } catch (refusal) {
    problem(refusal.message, "shift-problem");
  }
});

const away = document.getElementById("away");
away?.addEventListener("click", async () => {
  const on = away.getAttribute("aria-pressed") !== "true";
  try {
    await post(`/desk/api/me/away?on=${on}`);
    away.setAttribute("aria-pressed", String(on));
    away.textContent = on ? "我回来了" : "离开";
    preference.set("away", on ? "1" : "");
  } catch (refusal) {
    problem(refusal.message);
  }
});
if (away && preference.get("away") === "1") [away.ariaPressed, away.textContent] = ["true", "我回来了"];

