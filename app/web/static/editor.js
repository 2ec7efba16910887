// The program editor without page loads. Every button still sends the whole form to the server, which answers with the
// program; it is put in place of the one shown, so that the library keeps its place. What is typed is kept by itself.
// (The buttons are called "action", so form.action is a button: its address is read as an attribute.)
// Without this script the same form works by itself. Helpers: draft-keeper.js (saving), library-search.js, reorder.js.

import { keepDraft } from "./draft-keeper.js";
import { searchLibrary } from "./library-search.js";
import { letDrag, moveWithKeys } from "./reorder.js";

const form = document.getElementById("editor");
const address = form.getAttribute("action");
const isBesideLibrary = window.matchMedia("(min-width: 64rem)"); // as in app.css
const CHANGES = /^(add|remove|up|down|move|sides|dose|template|undo|arrange)\b/;

let isLeaving = false;

const program = () => document.getElementById("program");
const items = () => program().querySelectorAll(".item");

function say(words) {
  document.getElementById("editor-status").textContent = words;
}

const keeper = keepDraft(form, { say, words: showDoses, isLeaving: () => isLeaving });

// Sends the form as if the button had been pressed, and puts the program of the answer in place of the one shown.
// Resolves to true when that was done.
async function send(action) {
  const data = keeper.read();
  data.append("action", action);
  data.append("part", "program");
  program().inert = true; // what is typed now would be lost when the answer comes
  let answer = null;
  try {
    const response = await fetch(address, { method: "POST", body: data, headers: { Accept: "text/html" } });
    if (response.status === 401) keeper.signedOut();
    else if (!response.ok) return sendPlainly(action); // changed elsewhere, or trouble: let the server's own page say so
    else answer = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("program");
  } catch {
    keeper.offline();
  }
  if (!answer) {
    program().inert = false;
    return false;
  }
  const open = openParts();
  program().replaceWith(document.adoptNode(answer));
  reopen(open);
  dress();
  keeper.saved();
  return true;
}

function sendPlainly(action) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "action";
  field.value = action;
  form.append(field);
  isLeaving = true;
  form.submit();
  return false;
}

// Which items are unfolded, by exercise and by how many of the same stand above.
function eachItem(give) {
  const seen = {};
  for (const item of items()) {
    const slug = item.dataset.slug;
    seen[slug] = (seen[slug] || 0) + 1;
    give(item.querySelector("details"), `${slug}:${seen[slug]}`);
  }
}

function openParts() {
  const open = new Set();
  eachItem((details, key) => details.open && open.add(key));
  return open;
}

function reopen(open) {
  eachItem((details, key) => {
    if (open.has(key)) details.open = true;
  });
}

// After a change the pressed button is another element, or gone: the focus goes where work goes on. The answer names the
// exercise to show; `field` is the name (without its number) of the field that had the focus.
function focusAfter(action, field) {
  const verb = action.split(":")[0];
  const shown = program().dataset.shown;
  const item = document.getElementById(shown)?.closest(".item");
  if (verb === "add") {
    // Below the program, the library stays in view: the next Add is there. #editor-status says what was added.
    if (isBesideLibrary.matches) item?.scrollIntoView({ block: "nearest" });
  } else if (verb === "template") {
    program().querySelector("#items").focus({ preventScroll: true }); // Tab goes on to the first exercise
    if (!isBesideLibrary.matches) program().querySelector(".item")?.scrollIntoView({ block: "center" });
  } else if (item) {
    const again = field && item.querySelector(`[name="${field}-${shown.split("-")[1]}"]`);
    const button = item.querySelector(`[value^="${verb}:"]:enabled`);
    (again || button || item.querySelector('[name="action"]:enabled')).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  } else {
    document.getElementById("f-find").focus({ preventScroll: true });
  }
}

function sayWhatHappened(action) {
  const problem = program().querySelector("#problem");
  const undo = program().querySelector("#undo span");
  const name = document.querySelector(`#library [value="${CSS.escape(action)}"]`)?.closest("li").querySelector("strong")?.textContent;
  const count = items().length;
  if (problem) say(problem.textContent);
  else say(`${name ? `${name} added. ` : ""}${undo ? `${undo.textContent} ` : ""}${count} exercise${count === 1 ? "" : "s"} in the program.`);
}

// Presses a button of the form; `field` is the name (without its number) of the field that should keep the focus.
export async function change(action, field) {
  const isDone = await keeper.inTurn(() => send(action));
  if (!isDone) return false;
  focusAfter(action, field);
  sayWhatHappened(action);
  return true;
}

// The doses in words, as the server words them.
function showDoses(doses) {
  const lines = program().querySelectorAll("[data-dose]");
  if (lines.length !== doses.length) return;
  lines.forEach((line, place) => {
    const [words, isFaulty] = doses[place];
    if (line.textContent !== words) line.textContent = words;
    line.classList.toggle("faulty", isFaulty);
  });
}

async function preview() {
  const opened = window.open("", "_blank"); // now, while the browser knows it for the answer to a press
  const kept = await keeper.save();
  const pdf = address.replace(/edit$/, "preview.pdf");
  if (kept?.is_ready) return opened ? opened.location.replace(pdf) : window.location.assign(pdf); // a browser may open no window
  opened?.close();
  if (kept) window.location.assign(`${address}?check=yes`); // the page that says what is missing
}

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const action = button?.value || "save";
  if (CHANGES.test(action)) {
    event.preventDefault();
    change(action);
  } else if (action === "search" || action.startsWith("more:")) {
    event.preventDefault(); // library-search.js has it
  } else if (action === "preview") {
    event.preventDefault();
    preview();
  } else if (action === "save") {
    event.preventDefault();
    if (await keeper.save()) say("The draft is saved.");
  } else if (keeper.isBusy()) {
    // Sent before the answers are here, it would look like the work of an outdated page.
    event.preventDefault();
    keeper.inTurn(() => setTimeout(() => form.requestSubmit(button)));
  } else {
    isLeaving = true; // the button itself brings all that was typed
  }
});

// Back to a page that was left: another page may have been saved since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

form.addEventListener("change", (event) => {
  const field = event.target;
  const place = field.name?.match(/-(\d+)$/)?.[1];
  if (!place) return;
  if (field.dataset.rearranges) change(`arrange:${place}`, field.name.replace(/-\d+$/, ""));
  // Named days say how often a week: another number beside them would be a contradiction.
  if (field.name.startsWith("days-") && field.checked) program().querySelector(`[name="days_a_week-${place}"]`).value = "";
});

// What only works with a script, each time the program was put in its place.
function dress() {
  for (const handle of program().querySelectorAll("[data-handle]")) handle.hidden = false;
}

form.dataset.kept = "yes"; // by itself: on a phone the button for it makes room
dress();
moveWithKeys(form, change);
letDrag(form, change);
searchLibrary(form, { change, say });
if (!items().length && isBesideLibrary.matches) document.getElementById("f-find").focus({ preventScroll: true });
