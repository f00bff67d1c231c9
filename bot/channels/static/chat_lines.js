/* Draws the conversation. Everything a person wrote goes in as text, never as markup. */

import { canSpeak, speak } from "./chat_speak.js";

const QUIET_MINUTES = 5; // a longer pause gets a time of its own
const FACES = { resident: "我", bot: "街", staff: "工", system: "系" };
const CALLABLE = /((?:拨打|致电|热线|电话)[:：]?\s*)(\d[\d-]{2,14})|(https?:\/\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+)/g;

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export class Lines {
  constructor(log, replies, words) {
    this.log = log;
    this.replies = replies;
    this.words = words;
    this.lines = []; // {key, message, element, status}; in the order shown: by position, unsent ones last
    this.onPress = () => {};
    this.onRetry = () => {};
  }

  /* Show a message, or what has become of one that is shown already. Answers whether it is new. */
  put(message, status) {
    const known = this.find(message);
    if (known && status === undefined && JSON.stringify(known.message) === JSON.stringify(message)) return false;
    const line = known || { element: make("article", "line") };
    const before = known ? this.lines.indexOf(known) : -1;
    line.message = message;
    line.status = status || (message.position ? "sent" : "sending");
    line.key = message.position || Infinity;
    if (before >= 0) this.lines.splice(before, 1);
    this.place(line, before);
    this.draw(line);
    this.date(line);
    this.offer();
    return !known;
  }

  find(message) {
    return this.lines.find((line) =>
      (message.position && line.message.position === message.position) ||
      (message.client_id && line.message.client_id === message.client_id));
  }

  place(line, before) {
    let index = this.lines.length;
    while (index > 0 && this.lines[index - 1].key > line.key) index -= 1;
    this.lines.splice(index, 0, line);
    if (index === before) return;
    const next = this.lines[index + 1];
    this.log.insertBefore(line.element, next ? next.element : null);
  }

  mark(clientId, status, sentence) {
    const line = this.lines.find((item) => item.message.client_id === clientId);
    if (!line || line.message.position) return;
    line.status = status;
    line.sentence = sentence;
    this.draw(line);
  }

  draw(line) {
    const { message, element } = line;
    element.className = "line " + message.sender;
    element.setAttribute("aria-label", message.name);
    const open = element.querySelector("details[open]") !== null;
    const row = make("div", "row");
    const face = make("span", "avatar", FACES[message.sender] || "系");
    face.setAttribute("aria-hidden", "true");
    const body = make("div", "body");
    body.append(make("p", "name", message.name), this.bubble(message, open));
    if (message.sender === "resident") body.append(this.status(line));
    else if (message.text && canSpeak()) body.append(this.reader(message));
    row.append(face, body);
    line.when = line.when || make("time", "when");
    element.replaceChildren(line.when, row);
  }

  bubble(message, open) {
    const bubble = make("div", "bubble");
    const files = message.attachments || [];
    if (message.location) {
      bubble.append(make("p", "words", this.words.location_sent + "\n" + message.location.map((n) => n.toFixed(5)).join("，")));
    } else if (!files.length && message.text) {
      bubble.append(this.text(message));
    }
    if (files.length && message.text && !/^\[.{2}\]$/.test(message.text)) bubble.append(this.text(message));
    files.forEach((file) => bubble.append(this.attachment(file)));
    if (message.sources && message.sources.length) bubble.append(this.sources(message.sources, open));
    return bubble;
  }

  reader(message) {
    const button = make("button", "read", this.words.read_aloud);
    button.type = "button";
    button.addEventListener("click", () => speak(message.text, (on) => {
      button.textContent = on ? this.words.read_stop : this.words.read_aloud;
    }));
    return button;
  }

  text(message) {
    const words = make("p", "words");
    if (message.sender === "resident") {
      words.textContent = message.text;
      return words;
    }
    let last = 0;
    for (const found of message.text.matchAll(CALLABLE)) {
      const [whole, before, number, address] = found;
      words.append(message.text.slice(last, found.index) + (before || ""));
      const link = make("a", "", number || address);
      link.href = number ? "tel:" + number : address;
      if (address) { link.target = "_blank"; link.rel = "noopener noreferrer"; }
      words.append(link);
      last = found.index + whole.length;
    }
    words.append(message.text.slice(last));
    return words;
  }

  attachment(file) {
    if (file.kind === "photo") {
      const link = make("a", "picture");
      link.href = file.href;
      link.target = "_blank";
      link.rel = "noopener";
      const image = make("img");
      image.src = file.href;
      image.alt = this.words.attachment_photo + " " + file.name;
      link.append(image);
      return link;
    }
    if (file.kind === "voice") {
      const audio = make("audio");
      audio.controls = true;
      audio.preload = "metadata";
      audio.src = file.href;
      audio.setAttribute("aria-label", this.words.attachment_voice);
      return audio;
    }
    const link = make("a", "file", this.words.attachment_file + "：" + file.name);
    link.href = file.href;
    link.setAttribute("download", file.name);
    return link;
  }

  sources(sources, open) {
    const details = make("details", "sources");
    details.open = open;
    details.append(make("summary", "", this.words.sources.replace("{count}", sources.length)));
    sources.forEach((source) => {
      const box = make("section", "source");
      box.append(make("h3", "", "《" + source.title.replace(/^《|》$/g, "") + "》 " + source.article));
      box.append(make("blockquote", "", source.quote));
      const facts = make("dl");
      ["number", "issuer", "in_force", "region"].forEach((name) => {
        if (!source[name]) return;
        const pair = make("div");
        pair.append(make("dt", "", this.words["source_" + name]), make("dd", "", plainDate(source[name])));
        facts.append(pair);
      });
      const link = make("a", "", this.words.source_open);
      link.href = source.href;
      link.target = "_blank";
      link.rel = "noopener";
      box.append(facts, link);
      details.append(box);
    });
    return details;
  }

  status(line) {
    const status = make("p", "status");
    if (line.status === "failed") {
      const retry = make("button", "", "⚠ " + this.words.status_failed);
      retry.type = "button";
      retry.addEventListener("click", () => this.onRetry());
      status.append(retry);
    } else if (line.status === "refused") {
      status.textContent = "⚠ " + line.sentence;
    } else {
      status.textContent = line.status === "sending" ? this.words.status_sending : "✓ " + this.words.status_sent;
      if (line.message.sealed) status.append(make("br"), this.words.sealed);
    }
    return status;
  }

  /* The time stands above a line when the one before it is older than a few minutes. */
  date(line) {
    const index = this.lines.indexOf(line);
    [index, index + 1].forEach((at) => {
      const shown = this.lines[at];
      if (!shown) return;
      const earlier = at ? new Date(this.lines[at - 1].message.at) : null;
      const now = new Date(shown.message.at);
      shown.when.hidden = earlier !== null && now - earlier < QUIET_MINUTES * 60000;
      shown.when.dateTime = shown.message.at;
      shown.when.textContent = spokenTime(now, this.words);
    });
  }

  /* The answers that can be chosen now: those of what was said since the resident's or a person's last word. */
  choices() {
    for (let index = this.lines.length - 1; index >= 0; index -= 1) {
      const line = this.lines[index];
      if (line.message.sender === "resident") { if (line.status === "refused") continue; return []; }
      if (line.message.sender === "staff") return [];
      if (line.message.buttons && line.message.buttons.length) return line.message.buttons;
    }
    return [];
  }

  offer() {
    const choices = this.choices();
    this.replies.replaceChildren(...choices.map((choice) => {
      const button = make("button", "", choice.title);
      button.type = "button";
      button.addEventListener("click", () => this.onPress(choice));
      return button;
    }));
    this.replies.hidden = choices.length === 0;
  }

  lastPosition() {
    return this.lines.reduce((last, line) => Math.max(last, line.message.position || 0), 0);
  }
}

function plainDate(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return found ? Number(found[1]) + "年" + Number(found[2]) + "月" + Number(found[3]) + "日" : text;
}

function spokenTime(time, words) {
  const clock = time.getHours() + ":" + String(time.getMinutes()).padStart(2, "0");
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - time) / 86400000);
  if (days <= 0) return words.today + " " + clock;
  if (days === 1) return words.yesterday + " " + clock;
  const year = time.getFullYear() === midnight.getFullYear() ? "" : time.getFullYear() + "年";
  return year + (time.getMonth() + 1) + "月" + time.getDate() + "日 " + clock;
}
