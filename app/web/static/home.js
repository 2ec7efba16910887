// The patient's page: what is ticked or written is saved at once; without a connection it waits in this phone and is sent
// later (home-notes.js). Without this script the same form is saved by its button. home-offline.js keeps the page itself.

import { Notes, STATE_HEADER, isSame } from "./home-notes.js";

const data = JSON.parse(document.getElementById("home-data").textContent);
const form = document.getElementById("diary");
const leave = document.getElementById("leave");
const state = document.getElementById("state");
const notes = new Notes(data, showAll);

const TYPING_PAUSE = 800;
const TICKING_PAUSE = 250;
const RETRY_WAIT = 20000;
const SHOWN_DAYS = 7;
const TROUBLE = {
  offline: "No connection. Kept on this phone and sent later.",
  later: "Not saved yet. Trying again soon.",
};
const NOT_STORED = "Not saved yet. Keep this page open until it is.";
const REFUSED = "Not saved: this day takes no notes any more.";
const REFUSED_DAYS = "Not saved, because the program was paused or ended by then or it is too long ago: ";

let shownDay = form.dataset.day;
let trouble = "";
let timer;

// --- the form ---

function readForm() {
  const fields = new FormData(form);
  const pain = (name) => (fields.get(name) ? Number(fields.get(name)) : null);
  return {
    done: fields.getAll("done").map(Number),
    before: pain("pain_before"),
    after: pain("pain_after"),
    comment: String(fields.get("comment") ?? ""),
  };
}

function fillForm(note) {
  if (isSame(readForm(), note)) return; // nor is a space at the end taken from somebody who is typing
  for (const box of form.querySelectorAll('[name="done"]')) box.checked = note.done.includes(Number(box.value));
  for (const [name, value] of [["pain_before", note.before], ["pain_after", note.after]]) {
    for (const radio of form.querySelectorAll(`[name="${name}"]`)) radio.checked = radio.value === String(value ?? "");
  }
  if (form.elements.comment.value.trim() !== note.comment.trim()) form.elements.comment.value = note.comment;
}

// --- the days ---

function todayThere() {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const { year, month, day } = Object.fromEntries(format.formatToParts().map((part) => [part.type, part.value]));
  return `${year}-${month}-${day}`;
}

function inWords(day) {
  const date = new Date(`${day}T12:00:00Z`);
  const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(date);
  return { long: `${part({ weekday: "long" })} ${part({ day: "numeric", month: "long" })}`, short: part({ weekday: "short" }), number: part({ day: "numeric" }) };
}

function lastDays() {
  const days = [];
  for (let back = SHOWN_DAYS - 1; back >= 0; back -= 1) {
    const date = new Date(`${todayThere()}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() - back);
    const day = date.toISOString().slice(0, 10);
    if (day >= data.begun || back === 0) days.push(day);
  }
  return days;
}

function span(words, className, isHidden = true) {
  const element = document.createElement("span");
  element.textContent = words;
  element.className = className;
  if (isHidden) element.setAttribute("aria-hidden", "true");
  return element;
}

function dayLink(day) {
  const words = inWords(day);
  const isDone = notes.entryOf(day).note.done.length > 0;
  const link = document.createElement("a");
  link.href = `${data.path}?day=${day}`;
  link.dataset.day = day;
  if (day === shownDay) link.setAttribute("aria-current", "date");
  link.append(
    span(words.long + (isDone ? ", done" : ""), "visually-hidden", false),
    span(words.short, ""),
    span(words.number, "day-number"),
    span("", `day-dot${isDone ? " done" : ""}`),
  );
  return link;
}

// The strip is made anew: a page that was opened offline may be days old.
function showDays() {
  const strip = form.querySelector(".day-strip");
  const focused = strip.contains(document.activeElement) ? document.activeElement.dataset.day : null;
  strip.replaceChildren(...lastDays().map(dayLink));
  strip.hidden = strip.childElementCount < 2;
  if (focused) strip.querySelector(`[data-day="${focused}"]`)?.focus();
  document.getElementById("day").textContent = (shownDay === todayThere() ? "Today, " : "") + inWords(shownDay).long;
}

function showAll() {
  const days = notes.refusedDays.map((day) => inWords(day).long);
  const refused = document.getElementById("refused");
  refused.hidden = days.length === 0;
  if (days.length) refused.textContent = `${REFUSED_DAYS}${days.join(", ")}.`;
  if (!state) return; // a program that was paused or ended shows no diary
  fillForm(notes.entryOf(shownDay).note);
  showDays();
  showState();
}

function showDay(day) {
  shownDay = day;
  form.setAttribute("action", `${data.path}/days/${day}`);
  showAll();
}

// --- saving ---

function clockTime(moment) {
  return new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: data.zone }).format(new Date(moment));
}

function stateWords() {
  const entry = notes.entryOf(shownDay);
  if (entry.isRefused) return REFUSED;
  if (notes.waiting.length) return trouble ? (notes.isStored ? TROUBLE[trouble] : NOT_STORED) : "Saving";
  return entry.savedAt ? `Saved at ${clockTime(entry.savedAt)}` : "Saved as you tick";
}

function showState() {
  const words = stateWords();
  state.classList.toggle("later", Boolean(trouble) || words === REFUSED);
  if (state.textContent !== words) state.textContent = words; // said once by screen readers
}

async function sendAll() {
  clearTimeout(timer);
  trouble = await notes.sendAll();
  if (trouble === "gone") await forget();
  if (trouble === "door" || trouble === "gone") return location.reload(); // what waits is sent once the door is open
  if (notes.isOutdated && !notes.waiting.length) return location.reload();
  if (trouble) timer = setTimeout(sendAll, RETRY_WAIT);
  if (state) showState();
}

function keepDay(pause) {
  const hadDone = notes.entryOf(shownDay).note.done.length > 0;
  const note = readForm();
  notes.change(shownDay, note);
  if (hadDone !== note.done.length > 0) showDays();
  showState();
  clearTimeout(timer);
  timer = setTimeout(sendAll, pause);
}

function startDiary() {
  document.getElementById("save").hidden = true;
  showDay(shownDay === data.today ? todayThere() : shownDay);
  form.addEventListener("input", (event) => keepDay(event.target.name === "comment" ? TYPING_PAUSE : TICKING_PAUSE));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keepDay(0);
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest(".day-strip a");
    if (!link) return;
    event.preventDefault();
    sendAll();
    showDay(link.dataset.day);
  });
}

// --- this phone ---

async function forget() {
  notes.forget();
  await self.caches?.delete(`program:${data.path}`); // named by home-offline.js
}

// What is not sent yet would be lost, and only the server can shut the page: without a connection nothing is forgotten.
async function askToLeave(event) {
  event.preventDefault();
  if (notes.waiting.length) await sendAll();
  const answer = notes.waiting.length ? null : await fetch(leave.action, { method: "POST" }).catch(() => null);
  if (answer?.headers.get(STATE_HEADER) !== "door") {
    document.getElementById("leave-trouble").hidden = false;
    return;
  }
  await forget();
  location.reload();
}

async function keepOffline() {
  if (!navigator.serviceWorker) return; // plain http, or an old browser
  await navigator.serviceWorker.register("/p/offline.js", { scope: "/p/" });
  const { active } = await navigator.serviceWorker.ready;
  const parts = [...document.querySelectorAll("link[href], script[src], img[src]")];
  const urls = parts.map((part) => part.href || part.src);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    document.getElementById("works-offline").hidden = false;
  };
  active.postMessage({ keep: data.path, urls }, [channel.port2]);
}

if (state) startDiary();
sendAll();
window.addEventListener("online", sendAll);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) sendAll();
  else if (data.today === todayThere() || notes.waiting.length) showAll();
  else location.reload(); // a new day has begun: perhaps with a newer version
});
leave.addEventListener("submit", askToLeave);
keepOffline().catch(() => {});
