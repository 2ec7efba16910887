// The patient's page: what is ticked or written is saved at once, or waits in this phone (home-notes.js) and is sent later.

import { STATE_HEADER, isSame, keepNotes } from "./home-notes.js";
import { all, byId, on, one } from "./parts.js";

const data = JSON.parse(byId("home-data").textContent);
const form = byId("diary");
const leave = byId("leave");
const state = byId("state");
const notes = keepNotes(data, showAll);

const TYPING_PAUSE = 800;
const TICKING_PAUSE = 250;
const RETRY_WAIT = 20000;
const SHOWN_DAYS = 7;
const DAY = 24 * 60 * 60 * 1000;

let shownDay = form.dataset.day;
let trouble = "";
let timer;

function readForm() {
  const fields = new FormData(form);
  const pain = (name) => (fields.get(name) ? Number(fields.get(name)) : null);
  return {
    done: fields.getAll("done").map(Number),
    before: pain("pain_before"),
    after: pain("pain_after"),
    comment: fields.get("comment") ?? "",
  };
}

function fillForm(note) {
  if (isSame(readForm(), note)) return; // no space at the end is taken from who is typing
  const chosen = { done: note.done, pain_before: [note.before ?? ""], pain_after: [note.after ?? ""] };
  for (const box of all("[type=checkbox], [type=radio]", form)) box.checked = chosen[box.name].map(String).includes(box.value);
  const { comment } = form.elements;
  if (comment.value.trim() !== note.comment.trim()) comment.value = note.comment;
}

const noon = (day) => new Date(`${day}T12:00:00Z`);
const inWords = (day, options) => new Intl.DateTimeFormat(data.locale, { timeZone: "UTC", ...options }).format(noon(day));
const longName = (day) => inWords(day, { weekday: "long", day: "numeric", month: "long" });
const todayThere = () => new Intl.DateTimeFormat("sv-SE", { timeZone: data.zone }).format(); // which writes 2026-11-26

function lastDays() {
  const today = todayThere();
  const days = Array.from({ length: SHOWN_DAYS }, (_, back) => new Date(noon(today) - back * DAY).toISOString().slice(0, 10));
  return days.filter((day) => day >= data.begun || day === today).reverse();
}

function dayLink(day) {
  const link = byId("day-link").content.firstElementChild.cloneNode(true);
  const [name, short, number, dot] = link.children;
  const isDone = notes.entryOf(day).note.done.length > 0;
  link.href = `${data.path}?day=${day}`;
  link.dataset.day = day;
  if (day === shownDay) link.setAttribute("aria-current", "date");
  name.textContent = longName(day) + (isDone ? ", done" : "");
  short.textContent = inWords(day, { weekday: "short" });
  number.textContent = inWords(day, { day: "numeric" });
  dot.classList.toggle("done", isDone);
  return link;
}

// The strip is made anew: a page that was opened offline may be days old.
function showDays() {
  const strip = one(".day-strip", form);
  const focused = strip.contains(document.activeElement) ? document.activeElement.dataset.day : null;
  strip.replaceChildren(...lastDays().map(dayLink));
  strip.hidden = strip.childElementCount < 2;
  one(`[data-day="${focused}"]`, strip)?.focus();
  byId("day").textContent = (shownDay === todayThere() ? "Today, " : "") + longName(shownDay);
}

function showAll() {
  const days = notes.listRefusedDays().map(longName);
  byId("refused").hidden = days.length === 0;
  byId("refused-days").textContent = days.join(", ");
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

// What #state says, and under which name its words stand there.
function showState() {
  const { isRefused, savedAt } = notes.entryOf(shownDay);
  const unsaved = trouble ? (notes.isStored ? trouble : "unstored") : "saving";
  const name = isRefused ? "refused" : notes.listWaiting().length ? unsaved : savedAt ? "saved" : "fresh";
  const format = new Intl.DateTimeFormat(data.locale, { hour: "numeric", minute: "2-digit", timeZone: data.zone });
  const words = name === "saved" ? `Saved at ${format.format(new Date(savedAt))}` : state.dataset[name];
  state.classList.toggle("later", Boolean(trouble) || isRefused);
  if (state.textContent !== words) state.textContent = words; // said once by screen readers
}

async function sendAll() {
  clearTimeout(timer);
  trouble = await notes.sendAll();
  if (trouble === "gone") await forget();
  // What waits is sent once the door is open.
  if (trouble === "door" || trouble === "gone" || (notes.isOutdated && !notes.listWaiting().length)) return location.reload();
  if (trouble) sendIn(RETRY_WAIT);
  if (state) showState();
}

function keepDay(pause) {
  notes.change(shownDay, readForm());
  showDays();
  showState();
  sendIn(pause);
}

function sendIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(sendAll, milliseconds);
}

function startDiary() {
  byId("save").hidden = true;
  showDay(shownDay === data.today ? todayThere() : shownDay);
  on(form, "input", (event) => keepDay(event.target.name === "comment" ? TYPING_PAUSE : TICKING_PAUSE));
  on(form, "submit", (event) => {
    event.preventDefault();
    keepDay(0);
  });
  on(form, "click", (event) => {
    const link = event.target.closest(".day-strip a");
    if (!link) return;
    event.preventDefault();
    sendAll();
    showDay(link.dataset.day);
  });
}

async function forget() {
  notes.forget();
  await self.caches?.delete(`program:${data.path}`); // named by home-offline.js
}

// What is not sent yet would be lost, and only the server can shut the page.
async function askToLeave(event) {
  event.preventDefault();
  if (notes.listWaiting().length) await sendAll();
  const answer = notes.listWaiting().length ? null : await fetch(leave.action, { method: "POST" }).catch(() => null);
  if (answer?.headers.get(STATE_HEADER) !== "door") return (byId("leave-trouble").hidden = false);
  await forget();
  location.reload();
}

async function keepOffline() {
  if (!navigator.serviceWorker) return; // plain http, or an old browser
  await navigator.serviceWorker.register("/p/offline.js", { scope: "/p/" });
  const { active } = await navigator.serviceWorker.ready;
  const urls = all("link[href], script[src], img[src]").map((part) => part.href || part.src);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (byId("works-offline").hidden = false);
  active.postMessage({ keep: data.path, urls }, [port2]);
}

if (state) startDiary();
sendAll();
on(window, "online", sendAll);
on(document, "visibilitychange", () => {
  if (document.hidden) sendAll();
  else if (data.today === todayThere() || notes.listWaiting().length) showAll();
  else location.reload(); // a new day has begun: perhaps with a newer version
});
on(leave, "submit", askToLeave);
keepOffline().catch(() => {});
