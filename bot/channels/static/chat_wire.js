/* Speaks with the server: sends one message after the other and never loses one, and follows the stream of news. */

const QUICK_TRIES = [600, 2500]; // milliseconds before trying again; after these the resident is told
const PATIENCE = { json: 20000, file: 120000 };
const UNSENT = "jiefang.unsent.";
const SILENCE = 45000; // the server says something every 15 s
const LONGEST_PAUSE = 30000;

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/* Storage can be forbidden (private windows); the chat works without it. */
export const memory = {
  get(key) { try { return localStorage.getItem(key); } catch (error) { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch (error) { /* full or forbidden */ } },
  drop(key) { try { localStorage.removeItem(key); } catch (error) { /* forbidden */ } },
  keys() { try { return Object.keys(localStorage); } catch (error) { return []; } },
};

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* One message at a time, in order. An id makes sending twice harmless, so whatever is in doubt is sent again. */
export class Outbox {
  constructor(onChange) {
    this.queue = [];
    this.onChange = onChange; // (item, "sending" | "sent" | "failed" | "refused" | "waiting", sentence)
    this.busy = false;
  }

  add(item) {
    this.queue.push(item);
    if (item.body) memory.set(UNSENT + item.id, JSON.stringify({ body: item.body, shown: item.shown, at: Date.now() }));
    this.run();
  }

  /* What an earlier visit could not send. */
  remembered() {
    return memory.keys().filter((key) => key.startsWith(UNSENT)).map((key) => {
      try { return Object.assign({ id: key.slice(UNSENT.length) }, JSON.parse(memory.get(key))); } catch (error) { memory.drop(key); return null; }
    }).filter((item) => item && item.body && item.shown).sort((one, other) => one.at - other.at);
  }

  has(id) { return this.queue.some((item) => item.id === id); }

  settle(id) {
    this.queue = this.queue.filter((item) => item.id !== id);
    memory.drop(UNSENT + id);
  }

  retry() {
    if (this.busy) return;
    this.queue.forEach((item) => this.onChange(item, "sending"));
    this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    let tries = 0;
    while (this.queue.length) {
      const item = this.queue[0];
      const result = await post(item);
      if (result.kind === "sent" || result.kind === "refused") {
        this.settle(item.id);
        this.onChange(item, result.kind, result.sentence);
        tries = 0;
      } else if (result.kind === "waiting") {
        this.onChange(item, "waiting", result.sentence);
        await sleep(result.pause);
      } else if (tries < QUICK_TRIES.length) {
        await sleep(QUICK_TRIES[tries]);
        tries += 1;
      } else {
        this.queue.forEach((left) => this.onChange(left, "failed"));
        break;
      }
    }
    this.busy = false;
  }
}

async function post(item) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), item.file ? PATIENCE.file : PATIENCE.json);
  try {
    const response = await fetch(item.file ? "/chat/api/uploads" : "/chat/api/messages", request(item, abort.signal));
    if (response.ok) return { kind: "sent" };
    const answer = await response.json().catch(() => ({}));
    if (response.status === 429) return { kind: "waiting", sentence: answer.sentence, pause: pause(response) };
    if (response.status >= 500) return { kind: "failed" };
    return { kind: "refused", sentence: answer.sentence || "" };
  } catch (error) {
    return { kind: "failed" };
  } finally {
    clearTimeout(timer);
  }
}

function request(item, signal) {
  const headers = { "X-Jiefang-Chat": "1" };
  if (item.file) {
    const form = new FormData();
    form.append("client_id", item.id);
    form.append("file", item.file, item.file.name);
    return { method: "POST", headers, body: form, signal };
  }
  headers["Content-Type"] = "application/json";
  return { method: "POST", headers, body: JSON.stringify(Object.assign({ client_id: item.id }, item.body)), signal };
}

function pause(response) {
  return Math.max(1, Number(response.headers.get("Retry-After")) || 2) * 1000;
}

/* Follows the conversation; comes back by itself after every kind of break. */
export class Follower {
  constructor(position, handlers) {
    this.position = position; // () => the last position shown
    this.handlers = handlers; // message(data), state(data), anew(), up(), down()
    this.pause = 1000;
  }

  open() {
    this.close();
    const source = new EventSource("/chat/api/events?after=" + this.position());
    this.source = source;
    const alive = () => this.watch();
    source.addEventListener("open", () => { this.pause = 1000; alive(); this.handlers.up(); });
    source.addEventListener("beat", alive);
    ["message", "state", "anew", "typing"].forEach((name) => source.addEventListener(name, (event) => {
      alive();
      this.handlers[name](JSON.parse(event.data));
    }));
    source.addEventListener("error", () => this.broken());
    this.watch();
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.broken(), SILENCE);
  }

  broken() {
    this.close();
    this.handlers.down();
    this.again = setTimeout(() => this.open(), this.pause * (0.7 + Math.random() * 0.6));
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
  }

  close() {
    clearTimeout(this.silence);
    clearTimeout(this.again);
    if (this.source) this.source.close();
    this.source = null;
  }
}
