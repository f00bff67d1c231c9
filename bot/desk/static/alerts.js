// Sounds and notifications, for whoever has asked for them on their own page. Nothing of what residents say is in either.
import { preference } from "./common.js";

let before = counted();
let audio = null;

function counted() {
  const marks = document.querySelector("[data-waiting]")?.dataset ?? {};
  return { waiting: Number(marks.waiting ?? 0), mine: Number(marks.mineWaiting ?? 0), notices: Number(marks.notices ?? 0) };
}

const NEWS = [
  ["waiting", "有居民在等人工"],
  ["mine", "您的居民说话了"],
  ["notices", "有一条要留意的"],
];

document.addEventListener("desk:mended", () => {
  const now = counted();
  const news = NEWS.find(([name]) => now[name] > before[name]);
  before = now;
  if (!news) return;
  if (preference.get("sound") === "1") ring();
  if (preference.get("notify") === "1" && document.hidden && Notification.permission === "granted") notify(news[1]);
});

function ring() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  for (const [at, pitch] of [[0, 660], [0.16, 880]]) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.12, audio.currentTime + at);
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.15);
    tone.connect(loudness).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.16);
  }
}

function notify(words) {
  const shown = new Notification("街坊坐席台", { body: words, tag: "jiefang-desk" });
  shown.onclick = () => (window.focus(), shown.close());
}
