// Keeps the parts of an open page equal to the server: events say that something changed, then the part is read anew.

const EACH_AT_LEAST = 20000; // ms; a lost event is made good by looking anyway
const LISTS = "/desk/fragments/lists";
const TALK = "/desk/fragments/c/";
let following = ""; // the conversation whose parts the page shows
const running = new Map();
const raws = new WeakMap(); // what the server sent for an element, before scripts touched it

/** Replace each [data-part] of the page by the one just read, where it differs; lines are compared one by one. */
function mend(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of read.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (old && fresh.dataset.part === "lines") mendLines(old, fresh);
    else if (old && raws.get(old) !== fresh.innerHTML) replaceInside(old, fresh);
  }
  document.dispatchEvent(new CustomEvent("desk:mended"));
}

function replaceInside(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const [act, link] = [focused?.dataset.act, focused?.getAttribute("href")];
  const raw = fresh.innerHTML;
  old.replaceChildren(...fresh.childNodes);
  raws.set(old, raw);
  const same = act ? old.querySelector(`[data-act="${act}"]`) : link ? old.querySelector(`[href="${link}"]`) : null;
  same?.focus({ preventScroll: true });
}

function mendLines(old, fresh) {
  const atEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 80;
  const wanted = new Map([...fresh.children].map((line) => [line.id, line]));
  for (const line of [...old.children]) if (!wanted.has(line.id) && !line.dataset.own) line.remove();
  let before = null;
  for (const line of wanted.values()) {
    const raw = line.outerHTML;
    const present = document.getElementById(line.id);
    const placed = present && raws.get(present) === raw ? present : line;
    if (present && placed === line) present.replaceWith(line);
    raws.set(placed, raw);
    if (!present) old.insertBefore(line, before ? before.nextSibling : old.firstChild);
    before = placed;
  }
  if (atEnd) toEnd(old);
}

/** Show the last line. */
export function toEnd(list) {
  list.scrollTop = list.scrollHeight;
}

/** Read an address and mend the page with it. While one reading is under way, one more waits and serves all who ask. */
export function refresh(address) {
  const now = running.get(address);
  if (now) return (now.next ??= now.done.then(() => refresh(address)));
  const entry = { next: null, done: read(address).finally(() => running.delete(address)) };
  running.set(address, entry);
  return entry.done;
}

async function read(address) {
  try {
    const answer = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(10000) });
    const html = answer.ok ? await answer.text() : "";
    if (address.startsWith(TALK) && address !== TALK + following) return; // the page has turned to another meanwhile
    if (answer.ok) mend(html);
    else if (answer.type === "opaqueredirect") document.dispatchEvent(new CustomEvent("desk:signed-out"));
  } catch {
    // No connection: the event stream notices too, says so, and reads all again when it is back.
  }
}

/** Follow the changes of the lists and of one conversation. `said` is told how the connection is: true, false. */
export function follow(conversation, said) {
  let source = null;
  let shown = ""; // the lists the page has read, as the stream calls them
  const lists = () => refresh(LISTS);
  const talk = () => following && refresh(TALK + following);
  const look = () => (lists(), talk());
  const open = () => {
    source?.close();
    source = new EventSource("/desk/events" + (following ? `?conversation=${following}&lists=${shown}` : ""));
    source.onopen = () => said(true);
    source.onerror = () => said(false);
    source.addEventListener("lists", (event) => ((shown = JSON.parse(event.data).revision), lists()));
    source.addEventListener("conversation", talk);
    source.addEventListener("signed_out", () => {
      source.close();
      document.dispatchEvent(new CustomEvent("desk:signed-out"));
    });
  };
  const turnTo = (other) => {
    following = other;
    const read = talk();
    read.then(() => other === following && open()); // what the operator waits for goes first, and alone
    return read;
  };
  following = conversation;
  for (const line of document.querySelectorAll('[data-part="lines"] > *')) raws.set(line, line.outerHTML);
  open();
  setInterval(look, EACH_AT_LEAST);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  return { look, talk, lists, turnTo };
}
