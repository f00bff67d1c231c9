// The knowledge base's pages: where a passage is to be split, and when a publication has reached the residents.

// "拆成两段" cuts where the cursor stands in that passage's text.
const cursors = new Map();
document.addEventListener("selectionchange", () => {
  const field = document.activeElement;
  if (field instanceof HTMLTextAreaElement) cursors.set(field.name, field.selectionStart);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-splits]");
  if (button) button.form.elements.cursor.value = cursors.get(button.dataset.splits) ?? "";
});

// What is wrong is read first, also by those who listen.
document.getElementById("problem")?.focus();

const line = document.getElementById("state-line");
async function look(left) {
  if (!line?.querySelector("[data-applying]") || !left) return;
  await new Promise((done) => setTimeout(done, 1000));
  try {
    const answer = await fetch(`/admin/knowledge/document/state?path=${line.dataset.path}`);
    if (answer.ok) line.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  } catch {
    // the network is away for a moment: ask again
  }
  await look(left - 1);
}
look(60);

// Golden questions are asked before a publication: say how far that is, and show the page anew once it is through.
const gate = document.getElementById("gate");
async function ask(left) {
  if (!gate?.querySelector("[data-asking]") || !left) return;
  await new Promise((done) => setTimeout(done, 1000));
  try {
    const answer = await fetch(`/admin/knowledge/drafts/${gate.dataset.draft}/gate`);
    if (answer.ok) gate.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  } catch {
    // as above
  }
  if (!gate.querySelector("[data-asking]")) location.reload();
  else await ask(left - 1);
}
ask(600);

// All golden questions, one after the other, so that one sees how far it is; what is wrong comes on top. Without a script
// the server asks them all before it answers.
const askAll = document.querySelector("[data-ask-all]");
askAll?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const rows = [...document.querySelectorAll("[data-golden]")], said = document.getElementById("asking");
  const bar = Object.assign(document.createElement("progress"), { max: rows.length, value: 0, ariaLabel: "问了多少题" });
  askAll.querySelector("button").disabled = true;
  said.replaceChildren(bar);
  let wrong = 0;
  for (const row of rows) {
    const answer = await fetch(`/admin/knowledge/golden/${row.dataset.golden}/now`).catch(() => null);
    if (!answer?.ok) return askAll.submit(); // the whole page says what is the matter
    const now = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
    row.querySelector("[data-now]").replaceChildren(now);
    if (now.dataset.passed === "0") row.parentElement.prepend(row), (wrong += 1);
    bar.value += 1;
  }
  const line = Object.assign(document.createElement("p"), { className: wrong ? "problem" : "done" });
  line.textContent = wrong ? `${wrong} 题不对，排在最前面。` : `${rows.length} 题全部答对。`;
  said.replaceChildren(line);
  askAll.querySelector("button").disabled = false;
});
