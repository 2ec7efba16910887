// The patient's page: what is ticked or written is saved at once; without a connection it waits in this phone and is sent
// later. Without this script the same form is saved by its button.
//
// Kept in localStorage under "program:<path>": {day: {done, before, after, comment, version, savedAt, waiting}}. A day is
// dropped once a page made after it was saved is shown. The service worker (home-offline.js) keeps the page itself.

const data = JSON.parse(document.getElementById("home-data").textContent);
const form = document.getElementById("diary");
const state = document.getElementById("state");
const key = `program:${data.path}`;

const TYPING_PAUSE = 800;
const TICKING_PAUSE = 250;
const RETRY_WAIT = 20000;
const SHOWN_DAYS = 7;
const OFFLINE = "No connection. Kept on this phone and sent later.";

let shownDay = form.getAttribute("action").split("/").pop();
let timer;
let sending = false;

function readKept() {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {}; // no storage in this browser, or not ours: the form is then sent straight away, and that is all
  }
}

const kept = readKept();

function storeKept() {
  try {
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // full or forbidden: what is on the page is still sent while it is open
  }
}

// What this page was made with is at least as new: nothing of such a day has to be kept.
function dropOld() {
  for (const [day, entry] of Object.entries(kept)) {
    if (!entry.waiting && (!entry.savedAt || Date.parse(entry.savedAt) <= Date.parse(data.madeAt))) delete kept[day];
  }
  storeKept();
}

function noteOf(day) {
  const own = kept[day];
  if (own && own.version === data.version) return own;
  return data.days[day] || { done: [], before: null, after: null, comment: "", savedAt: null };
}

// --- the form ---

function readForm() {
  const fields = new FormData(form);
  const pain = (name) => (fields.get(name) ? Number(fields.get(name)) : null);
  return {
    done: fields.getAll("done").map(Number),
    before: pain("pain_before"),
    after: pain("pain_after"),
    comment: String(fields.get("comment") ?? ""),
    version: data.version,
    savedAt: noteOf(shownDay).savedAt,
    waiting: true,
  };
}

function fillForm(note) {
  for (const box of form.querySelectorAll('[name="done"]')) box.checked = note.done.includes(Number(box.value));
  for (const name of ["pain_before", "pain_after"]) {
    const value = note[name.slice(5)];
    for (const radio of form.querySelectorAll(`[name="${name}"]`)) radio.checked = radio.value === (value ?? "").toString();
  }
  form.elements.comment.value = note.comment;
}

// --- the days ---

function todayThere() {
  return new Intl.DateTimeFormat("en-CA", { timeZone: data.zone, year: "numeric", month: "2-digit", day: "2-digit" }).format();
}

function inWords(day) {
  const date = new Date(`${day}T12:00:00Z`);
  const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(date);
  return { long: `${part({ weekday: "long" })} ${part({ day: "numeric", month: "long" })}`, short: part({ weekday: "short" }), number: part({ day: "numeric" }) };
}

function span(words, className, isHidden = true) {
  const element = document.createElement("span");
  element.textContent = words;
  element.className = className;
  if (isHidden) element.setAttribute("aria-hidden", "true");
  return element;
}

// The strip is made anew: a page that was opened offline may be days old.
function showDays() {
  const today = todayThere();
  const links = [];
  for (let back = SHOWN_DAYS - 1; back >= 0; back -= 1) {
    const date = new Date(`${today}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() - back);
    const day = date.toISOString().slice(0, 10);
    const words = inWords(day);
    const isDone = noteOf(day).done.length > 0;
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
    links.push(link);
  }
  const strip = form.querySelector(".day-strip");
  const focused = strip.contains(document.activeElement) ? document.activeElement.dataset.day : null;
  strip.replaceChildren(...links);
  if (focused) strip.querySelector(`[data-day="${focused}"]`)?.focus();
  document.getElementById("day").textContent = (shownDay === today ? "Today, " : "") + inWords(shownDay).long;
}

function showDay(day) {
  shownDay = day;
  form.setAttribute("action", `${data.path}/days/${day}`);
  fillForm(noteOf(day));
  showDays();
  showState();
}

function clockTime(moment) {
  return new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: data.zone }).format(new Date(moment));
}

function showState(words) {
  const note = noteOf(shownDay);
  const isWaiting = Object.values(kept).some((entry) => entry.waiting);
  state.classList.toggle("later", words === OFFLINE);
  if (words) state.textContent = words;
  else if (isWaiting) state.textContent = "Saving";
  else state.textContent = note.savedAt ? `Saved at ${clockTime(note.savedAt)}` : "Saved as you tick";
}

// --- sending ---

async function send(day, entry) {
  const body = new URLSearchParams({ version: entry.version, comment: entry.comment });
  body.set("pain_before", entry.before ?? "");
  body.set("pain_after", entry.after ?? "");
  for (const place of entry.done) body.append("done", place);
  return fetch(`${data.path}/days/${day}`, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true });
}

// Sends what waits, one day after the other. What was changed meanwhile stays waiting.
async function sendAll() {
  if (sending) return;
  sending = true;
  let words;
  try {
    for (let next = nextWaiting(); next && !words; next = nextWaiting()) words = await sendDay(...next);
  } finally {
    sending = false;
  }
  showState(words);
  if (words) {
    clearTimeout(timer);
    timer = setTimeout(sendAll, RETRY_WAIT);
  }
}

function nextWaiting() {
  return Object.entries(kept).find(([, entry]) => entry.waiting);
}

// Returns nothing when the day was dealt with, else what to say while it waits.
async function sendDay(day, entry) {
  let response;
  try {
    response = await send(day, entry);
  } catch {
    return OFFLINE;
  }
  if (response.ok) {
    const { savedAt } = await response.json();
    if (kept[day] === entry) kept[day] = { ...entry, savedAt, waiting: false };
    storeKept();
    showDays();
    if (entry.version !== data.version) location.reload(); // ticked on an older version of the page
    return undefined;
  }
  if (response.status === 409) {
    delete kept[day]; // ended or paused meanwhile, or too long ago: the new page says so
    storeKept();
    location.reload();
  } else if (response.status === 401) {
    location.reload(); // the door; what waits is sent after it
  } else if (response.status === 404) {
    forget();
    location.reload();
  }
  return "Not saved yet. Trying again soon.";
}

function keepDay(pause) {
  kept[shownDay] = readForm();
  storeKept();
  showDays();
  showState();
  clearTimeout(timer);
  timer = setTimeout(sendAll, pause);
}

function forget() {
  for (const day of Object.keys(kept)) delete kept[day];
  storeKept();
  navigator.serviceWorker?.controller?.postMessage({ forget: data.path });
}

function startDiary() {
  dropOld();
  const newest = todayThere();
  document.getElementById("save").hidden = true;
  showDay(shownDay === data.today ? newest : shownDay);
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
  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) sendAll();
    else showDays(); // a new day may have begun
  });
  sendAll();
}

// --- without a connection ---

async function keepOffline() {
  if (!navigator.serviceWorker) return; // plain http, or an old browser
  await navigator.serviceWorker.register("/p/offline.js", { scope: "/p/" });
  const { active } = await navigator.serviceWorker.ready;
  const parts = [...document.querySelectorAll('link[rel="stylesheet"], link[rel="icon"], script[src], img[src]')];
  const urls = parts.map((part) => part.href || part.src);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => document.documentElement.setAttribute("data-offline", "ready");
  active.postMessage({ keep: data.path, urls }, [channel.port2]);
}

if (document.getElementById("save")) startDiary();
else dropOld();
document.getElementById("leave").addEventListener("submit", forget);
keepOffline().catch(() => {});
