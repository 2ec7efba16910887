// The program editor without page loads. Every button still sends the whole form to the server, which answers with the
// editor; here only #program is taken out of that answer, so that the library keeps its place. The library is filtered
// while typing. (The buttons are called "action", so form.action is a button: its address is read as an attribute.)
// Without this script the same form works by itself.

const form = document.getElementById("editor");
const library = document.getElementById("library");
const find = document.getElementById("f-find");

const isBesideLibrary = window.matchMedia("(min-width: 64rem)"); // as in app.css

let running = Promise.resolve();
let waiting = 0; // changes under way: the page's revision is behind until they are answered

function program() {
  return document.getElementById("program");
}

// Sends the form as if the button had been pressed, and puts the program of the answer in place of the one shown.
// Resolves to true when that was done.
async function send(action) {
  const data = new URLSearchParams(new FormData(form));
  data.append("action", action);
  program().inert = true; // what is typed now would be lost when the answer comes
  let answer = null;
  try {
    const response = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { Accept: "text/html" } });
    if (response.ok) answer = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("program");
  } catch {
    say("That was not saved: there is no connection. Please try again.");
    program().inert = false;
    return false;
  }
  if (!answer) {
    sendPlainly(action); // signed out, changed elsewhere, or trouble: let the server's own page say so
    return false;
  }
  program().replaceWith(document.adoptNode(answer));
  return true;
}

function sendPlainly(action) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "action";
  field.value = action;
  form.append(field);
  form.submit();
}

// After a change the pressed button is another element, or gone: the focus goes where work goes on.
function focusAfter(action) {
  const [verb, argument] = action.split(":");
  const items = program().querySelectorAll(".item");
  const place = Number(argument);
  if (verb === "up" || verb === "down") {
    const item = items[Math.max(0, Math.min(items.length - 1, verb === "up" ? place - 1 : place + 1))];
    (item?.querySelector(`[value^="${verb}:"]:enabled`) || item?.querySelector('[name="action"]:enabled'))?.focus();
    item?.scrollIntoView({ block: "nearest" });
  } else if (verb === "remove") {
    const item = items[Math.min(place, items.length - 1)];
    (item?.querySelector('[value^="remove:"]') || find).focus({ preventScroll: true });
  } else if (verb === "template") {
    program().querySelector("#items").focus({ preventScroll: true }); // Tab goes on to the first exercise
    if (!isBesideLibrary.matches) program().querySelector(".item")?.scrollIntoView({ block: "center" });
  } else if (verb === "add") {
    // Below the program, the library stays in view: the next Add is there. #editor-status says what was added.
    if (isBesideLibrary.matches) items[items.length - 1]?.scrollIntoView({ block: "nearest" });
  }
}

function say(words) {
  const status = document.getElementById("editor-status");
  if (status) status.textContent = words;
}

function sayWhatHappened(action) {
  const problem = program().querySelector("#problem");
  const name = library.querySelector(`[value="${CSS.escape(action)}"]`)?.closest("li").querySelector("strong")?.textContent;
  const count = program().querySelectorAll(".item").length;
  if (problem) say(problem.textContent);
  else say(`${name ? `${name} added. ` : ""}${count} exercise${count === 1 ? "" : "s"} in the program.`);
}

async function change(action) {
  waiting += 1;
  running = running.then(() => send(action));
  const isDone = await running;
  waiting -= 1;
  if (!isDone) return;
  focusAfter(action);
  sayWhatHappened(action);
}

function words(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/['\u2019]/g, "");
  return plain.match(/[\p{L}\p{N}]+/gu) || [];
}

// The server's search: every word typed must begin a word of the exercise.
function filterLibrary() {
  const wanted = words(find.value);
  let shown = 0;
  for (const item of library.querySelectorAll("li[data-words]")) {
    const own = words(item.dataset.words);
    const fits = wanted.every((start) => own.some((word) => word.startsWith(start)));
    item.hidden = !fits;
    shown += fits;
  }
  document.getElementById("library-empty").hidden = shown > 0;
}

form.addEventListener("submit", (event) => {
  const action = event.submitter?.value || "save";
  if (/^(add|remove|up|down|template)/.test(action)) {
    event.preventDefault();
    change(action);
  } else if (action === "search") {
    event.preventDefault();
    filterLibrary();
  } else if (waiting) {
    // Sent before the answers are here, it would look like the work of an outdated page.
    event.preventDefault();
    running.then(() => setTimeout(() => form.requestSubmit(event.submitter)));
  }
});

library.querySelector('[value="search"]').hidden = true; // typing is enough
find.addEventListener("input", filterLibrary);
find.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // the list is already filtered
});
