/* Reads a message aloud with the browser's own voice: nothing is sent anywhere. */

const PACE = { usual: 0.9, slow: 0.6 }; // a little slower than a newsreader; 慢一点 slower still
let slow = false;

export const canSpeak = () => "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;
export function speakSlowly(wanted) { slow = wanted; }

/* Presses begin and end it; `onChange(speaking)` lets the button say which. */
export function speak(text, onChange) {
  const busy = speechSynthesis.speaking;
  speechSynthesis.cancel();
  if (busy) { onChange(false); return; }
  const utterance = new SpeechSynthesisUtterance(spoken(text));
  utterance.lang = "zh-CN";
  utterance.rate = slow ? PACE.slow : PACE.usual;
  utterance.onend = utterance.onerror = () => onChange(false);
  onChange(true);
  speechSynthesis.speak(utterance);
}

/* Numbers to call and case numbers are read digit by digit, not as millions. */
function spoken(text) {
  return text.replace(/\d{3,}/g, (digits) => digits.split("").join(" "));
}
