// What is noted on the patient's page: kept in this phone until the server has it, and sent so that it counts once. What an
// entry in localStorage holds, and why, stands in docs/scripts.md.

import { keep, listKept, on } from "./parts.js";

export const STATE_HEADER = "X-Kinebridge-Program";
const EMPTY = { done: [], before: null, after: null, comment: "" };

const asText = (note) => JSON.stringify([note.done, note.before, note.after, note.comment.trim()]);
export const isSame = (a, b) => asText(a) === asText(b);
const isWaiting = (entry) => !entry.isRefused && (entry.sent !== null || !isSame(entry.note, entry.base));

// data is that of the page; onChange is called when another tab or the server changed something.
export function keepNotes(data, onChange) {
  const prefix = `program:${data.path}|`;
  const entries = new Map();
  const notes = { isStored: true, isOutdated: false }; // a newer page is to be loaded once nothing waits
  let running = null;

  function tryStorage(work) {
    try {
      work();
    } catch {
      notes.isStored = false; // then it is sent while the page is open
    }
  }

  function store(name, entry) {
    if (entry) entries.set(name, entry);
    else entries.delete(name);
    tryStorage(() => keep(name, entry));
  }

  const list = (fits) => [...entries].filter(([, entry]) => fits(entry)).sort(([a], [b]) => (a < b ? -1 : 1));
  const nameOf = (day) => `${prefix}${day}|${data.version}`;
  notes.listWaiting = () => list(isWaiting);
  notes.listRefusedDays = () => list((entry) => entry.isRefused).map(([name]) => name.split("|")[1]);

  // The entry of a day as this version shows it; made from the page where nothing was noted on it yet.
  notes.entryOf = (day) => {
    const { savedAt = null, ...note } = data.days[day] ?? EMPTY;
    return entries.get(nameOf(day)) ?? { note, base: note, sent: null, savedAt, isRefused: false };
  };

  notes.change = (day, note) => store(nameOf(day), { ...notes.entryOf(day), note, isRefused: false });

  notes.forget = () => [...entries.keys()].forEach((name) => store(name));

  // Sends what waits, one day after the other; gives what stood in the way (offline, door, gone, later) or "".
  notes.sendAll = () => {
    running ??= sendEach().finally(() => (running = null));
    return running;
  };

  async function sendEach() {
    for (let [next] = notes.listWaiting(); next; [next] = notes.listWaiting()) {
      const trouble = await send(...next);
      if (trouble) return trouble;
    }
    return "";
  }

  async function send(name, entry) {
    const [, day, version] = name.split("|");
    entry.sent ??= entry.note;
    store(name, entry);
    const sending = { method: "POST", body: formOf(entry, version), headers: { Accept: "application/json" }, keepalive: true };
    const answer = await fetch(`${data.path}/days/${day}`, sending).catch(() => null);
    if (!answer) return "offline";
    const state = answer.headers.get(STATE_HEADER); // without it the answer is not ours
    if (state !== "open") return state || "later";
    if (answer.status === 409) store(name, { ...entries.get(name), sent: null, isRefused: true });
    else if (answer.ok) settle(name, version, await answer.json());
    else return "later";
    onChange();
    return "";
  }

  function settle(name, version, answer) {
    const entry = entries.get(name); // perhaps changed since it was sent, or settled by another tab
    if (!entry) return;
    const from = entry.sent ?? entry.base;
    // Of another version, or noted meanwhile: then what was sent is all that is known.
    const isKnown = String(answer.version) === version && isSame(entry.note, from);
    const base = isKnown ? answer.note : from;
    store(name, { ...entry, note: isKnown ? base : entry.note, base, sent: null, savedAt: answer.savedAt });
    notes.isOutdated ||= answer.newest !== data.version || version !== String(data.version);
  }

  tryStorage(() => listKept(prefix).forEach(([name, entry]) => entries.set(name, entry)));
  // Saved before this page was made: it has served.
  for (const [name, entry] of entries) {
    if (!isWaiting(entry) && !(Date.parse(entry.savedAt) > Date.parse(data.madeAt))) store(name);
  }
  on(window, "storage", ({ key, newValue }) => {
    if (!key?.startsWith(prefix)) return;
    if (newValue) entries.set(key, JSON.parse(newValue));
    else entries.delete(key);
    onChange();
  });
  return notes;
}

function formOf(entry, version) {
  const form = new URLSearchParams({ version });
  for (const [prefix, note] of [["", entry.sent], ["was_", entry.base]]) {
    for (const place of note.done) form.append(`${prefix}done`, place);
    form.set(`${prefix}pain_before`, note.before ?? "");
    form.set(`${prefix}pain_after`, note.after ?? "");
    form.set(`${prefix}comment`, note.comment);
  }
  return form;
}
