// Before an original is shown: what for? The answer goes into the audit, so it is asked each time; the last one is offered.
const dialog = document.getElementById("purpose");

/** Ask; answers {purpose, note}, or null when the person thinks better of it. */
export function askPurpose() {
  const form = dialog.querySelector("form");
  const last = sessionStorage.getItem("purpose");
  if (last && form.elements.purpose) form.elements.purpose.value = last;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "show") return answer(null);
        const purpose = form.elements.purpose.value;
        sessionStorage.setItem("purpose", purpose);
        answer({ purpose, note: form.elements.note.value.trim() });
        form.elements.note.value = "";
      },
      { once: true },
    );
  });
}
