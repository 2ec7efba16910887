// The program editor without page loads: docs/scripts.md.

import { keepDraft, whyNot } from "./draft-keeper.js";
import { searchLibrary } from "./library-search.js";
import { all, byId, on, one, parse, sendAsPage } from "./parts.js";
import { letMove } from "./reorder.js";

const form = byId("editor");
const address = form.getAttribute("action"); // the buttons are called "action", so form.action is one of them
const isBesideLibrary = window.matchMedia("(min-width: 64rem)"); // as in app.css
const QUIETLY = { preventScroll: true };
const CHANGES = /^(add|remove|up|down|move|sides|dose|template|undo|arrange)\b/;

let isLeaving = false;

const program = () => byId("program");
const items = () => all(".item", program());

const say = (words) => (byId("editor-status").textContent = words);

const keeper = keepDraft(form, { say, showDoses, isLeaving: () => isLeaving });

// Sends the form as if the button had been pressed; true when the answer's program is in its place.
async function send(action) {
  const data = keeper.read();
  data.append("action", action);
  data.append("part", "program");
  program().inert = true; // what is typed now would be lost when the answer comes
  const answer = await fetch(address, { method: "POST", body: data }).catch(() => null);
  const why = answer?.ok ? "" : await whyNot(answer);
  if (["changed", "other"].includes(why) && answer.status < 500) return sendPlainly(action); // its own page says what it is
  const html = answer?.ok ? await answer.text().catch(() => "") : "";
  const next = parse(html).getElementById("program");
  if (next) {
    const before = foldedParts();
    program().replaceWith(next);
    for (const [name, details] of foldedParts()) details.open ||= Boolean(before.get(name)?.open);
    keeper.saved();
  } else {
    program().inert = false;
    keeper.trouble(why || "signed-out");
  }
  return next !== null;
}

function sendPlainly(action) {
  isLeaving = true;
  sendAsPage(address, [...new FormData(form), ["action", action]]);
  return false;
}

// What is folded, by exercise and by how many of the same stand above.
function foldedParts() {
  const seen = {};
  const named = items().map((item) => {
    const { slug } = item.dataset;
    seen[slug] = (seen[slug] ?? 0) + 1;
    return [`${slug}:${seen[slug]}`, one("details", item)];
  });
  return new Map(named);
}

// After a change the pressed button is another element, or gone: the focus goes where work goes on.
function focusAfter(verb, item, field) {
  if (verb === "add") {
    if (isBesideLibrary.matches) item?.scrollIntoView({ block: "nearest" });
  } else if (verb === "template") {
    byId("items").focus(QUIETLY); // Tab goes on to the first exercise
    if (!isBesideLibrary.matches) items()[0]?.scrollIntoView({ block: "center" });
  } else if (item) {
    const again = field && one(`[name^="${field}-"]`, item);
    const button = one(`[value^="${verb}:"]:enabled`, item);
    (again || button || one('[name="action"]:enabled', item)).focus(QUIETLY);
    item.scrollIntoView({ block: "nearest" });
  } else {
    byId("f-find").focus(QUIETLY);
  }
}

function sayWhatHappened(verb, item) {
  const added = verb === "add" && item && `${one("h3", item).textContent} added.`;
  const count = items().length;
  const words = [added, one("#undo span")?.textContent, `${count} exercise${count === 1 ? "" : "s"} in the program.`];
  say(byId("problem")?.textContent ?? words.filter(Boolean).join(" "));
}

// Presses a button; `field` is the name (without its number) of the field that keeps the focus.
async function change(action, field) {
  const isDone = await keeper.inTurn(() => send(action));
  if (isDone) {
    const [verb] = action.split(":");
    const item = byId(program().dataset.shown)?.closest(".item");
    focusAfter(verb, item, field);
    sayWhatHappened(verb, item);
  }
  return isDone;
}

function showDoses(doses) {
  const lines = all("[data-dose]", program());
  if (lines.length !== doses.length) return;
  doses.forEach(([words, isFaulty], place) => {
    lines[place].textContent = words;
    lines[place].classList.toggle("faulty", isFaulty);
  });
}

async function preview() {
  const opened = window.open("", "_blank"); // now, while the browser knows it for the answer to a press
  const kept = await keeper.save();
  const pdf = address.replace(/edit$/, "preview.pdf");
  if (kept?.is_ready) return (opened ?? window).location.assign(pdf); // a browser may open no window
  opened?.close();
  if (kept) location.assign(`${address}?check=yes`); // the page that says what is missing
}

on(form, "submit", (event) => {
  const button = event.submitter;
  const action = button?.value || "save";
  if (CHANGES.test(action)) change(action);
  else if (action === "preview") preview();
  else if (action === "save") keeper.save().then((kept) => kept && say("The draft is saved."));
  else if (!/^(search|more:)/.test(action)) { // which library-search.js has
    if (!keeper.isBusy()) return (isLeaving = true); // the button itself brings all that was typed
    keeper.inTurn(() => setTimeout(() => form.requestSubmit(button)));
  }
  event.preventDefault();
});

// Back to a page that was left: another page may have been saved since.
on(window, "pageshow", (event) => event.persisted && location.reload());

on(form, "change", ({ target }) => {
  const [, field, place] = target.name?.match(/^(.+)-(\d+)$/) ?? [];
  if (target.dataset.rearranges) change(`arrange:${place}`, field);
  // Named days say how often a week: another number beside them would be a contradiction.
  if (field === "days" && target.checked) one(`[name="days_a_week-${place}"]`, program()).value = "";
});

form.dataset.kept = "yes"; // by itself: on a phone the button for it makes room
letMove(form, change);
searchLibrary(form, { change, say });
if (!items().length && isBesideLibrary.matches) byId("f-find").focus(QUIETLY);
