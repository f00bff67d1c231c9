/* What can be sent besides words: photos with a look before sending, files, a recording, the place. */

import { make } from "./chat_lines.js";

const LONGEST_RECORDING = 60; // seconds
const RECORDINGS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const NAMES = { "audio/webm": "录音.webm", "audio/mp4": "录音.m4a", "audio/ogg": "录音.ogg" };
const $ = (id) => document.getElementById(id);

export function kindOf(file) {
  if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) return "photo";
  return file.type.startsWith("audio/") ? "voice" : "file";
}

/* Pictures are shown before they go; `send` gets each file the resident agrees to. */
export function readyPickers(words, limitMb, say, send) {
  let chosen = [];
  const urls = [];
  document.querySelectorAll("[data-pick]").forEach((button) => button.addEventListener("click", () => $(button.dataset.pick).click()));
  ["camera", "album", "file"].forEach((id) => $(id).addEventListener("change", () => {
    chosen = Array.from($(id).files).slice(0, 9);
    $(id).value = "";
    if (chosen.some((file) => file.size > limitMb * 1048576)) say(words.too_big.replace("{limit}", limitMb));
    chosen = chosen.filter((file) => file.size <= limitMb * 1048576);
    if (chosen.length) show();
  }));
  function show() {
    $("preview-items").replaceChildren(...chosen.map((file) => {
      if (kindOf(file) !== "photo") return make("p", "", file.name);
      const image = make("img");
      image.src = URL.createObjectURL(file);
      urls.push(image.src);
      image.alt = file.name;
      return image;
    }));
    $("preview").showModal();
    $("preview-send").focus();
  }
  $("preview-cancel").addEventListener("click", () => $("preview").close());
  $("preview-send").addEventListener("click", () => { const files = chosen; $("preview").close(); files.forEach(send); });
  $("preview").addEventListener("close", () => { chosen = []; urls.splice(0).forEach((url) => URL.revokeObjectURL(url)); $("text").focus(); });
}

export function readyRecorder(words, say, send) {
  let recorder = null, timer = null, keep = false;
  $("record").addEventListener("click", async () => {
    if (recorder) return;
    if (!navigator.mediaDevices || !window.MediaRecorder) { say(words.record_failed); return; }
    try { start(await navigator.mediaDevices.getUserMedia({ audio: true })); } catch (error) { say(words.record_failed); }
  });
  function start(stream) {
    const parts = [];
    const type = RECORDINGS.find((name) => MediaRecorder.isTypeSupported(name));
    recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 32000 } : {});
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      const plain = recorder.mimeType.split(";")[0];
      if (keep) send(new File(parts, NAMES[plain] || "录音.webm", { type: plain }));
      recorder = null;
      $("recorder").hidden = true;
    });
    keep = false;
    recorder.start();
    count();
    $("recorder").hidden = false;
    $("recorder-send").focus();
  }
  function count() {
    let seconds = 0;
    const tick = () => {
      $("recorder-time").textContent = words.recording + " " + Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      if (seconds >= LONGEST_RECORDING) stop(true);
      seconds += 1;
    };
    tick();
    timer = setInterval(tick, 1000);
  }
  function stop(wanted) {
    clearInterval(timer);
    keep = wanted;
    if (recorder && recorder.state !== "inactive") recorder.stop();
  }
  $("recorder-send").addEventListener("click", () => stop(true));
  $("recorder-cancel").addEventListener("click", () => { stop(false); $("text").focus(); });
}

/* The browser's own place; where it gives none, a beginning to type on. */
export function readyPlace(words, say, send, type) {
  $("place").addEventListener("click", () => {
    if (!navigator.geolocation || !window.isSecureContext) { failed(); return; }
    say(words.locating, "calm");
    navigator.geolocation.getCurrentPosition(
      (place) => { say(""); send(place.coords.latitude, place.coords.longitude); },
      failed, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
  });
  function failed() { say(words.locate_failed, "calm"); type(words.location_draft); }
}
