// What is noted on the patient's page: kept in this phone until the server has it, and sent so that it counts once.
//
// A note is {done: [places], before, after, comment}. In localStorage there is one entry a day and version of the program,
// "program:<path>|<day>|<version>": {note, base, sent, savedAt, isRefused}
//   note   what the page shows
//   base   what the server was last known to have
//   sent   what was sent and not answered yet; it is sent again as it was, whatever got lost on the way
// An entry waits while something sent is unanswered, or note and base differ. The server takes over what changed between
// base and note, so that two phones, or two tabs, do not undo one another.

export const EMPTY = { done: [], before: null, after: null, comment: "" };
export const STATE_HEADER = "X-Kinebridge-Program";

export function isSame(a, b) {
  return a.before === b.before && a.after === b.after && a.comment.trim() === b.comment.trim() && a.done.join() === b.done.join();
}

// What mine changed since base, and all else as theirs has it; as merge_notes does on the server.
function merge(base, mine, theirs) {
  const pick = (name) => (mine[name] === base[name] ? theirs[name] : mine[name]);
  const isDone = (place) => {
    const now = mine.done.includes(place);
    return now === base.done.includes(place) ? theirs.done.includes(place) : now;
  };
  const places = [...new Set([...mine.done, ...theirs.done])].sort((a, b) => a - b);
  return { done: places.filter(isDone), before: pick("before"), after: pick("after"), comment: pick("comment") };
}

function isWaiting(entry) {
  return !entry.isRefused && (entry.sent !== null || !isSame(entry.note, entry.base));
}

export class Notes {
  // data is that of the page; onChange is called when another tab or the server changed something.
  constructor(data, onChange) {
    this.data = data;
    this.onChange = onChange;
    this.prefix = `program:${data.path}|`;
    this.entries = new Map();
    this.isStored = true;
    this.isOutdated = false; // a newer page is to be loaded once nothing waits
    this.running = null;
    this.read();
    window.addEventListener("storage", (event) => this.takeFromOtherTab(event));
  }

  read() {
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(this.prefix)) this.entries.set(name, JSON.parse(localStorage.getItem(name)));
      }
    } catch {
      this.isStored = false; // no storage in this browser: what is noted is sent while the page is open
    }
    // A page made after a note was saved shows it: the note has served.
    const isOld = (entry) => !entry.savedAt || Date.parse(entry.savedAt) <= Date.parse(this.data.madeAt);
    for (const [name, entry] of this.entries) if (!isWaiting(entry) && isOld(entry)) this.drop(name);
  }

  takeFromOtherTab(event) {
    if (!event.key?.startsWith(this.prefix)) return;
    if (event.newValue === null) this.entries.delete(event.key);
    else this.entries.set(event.key, JSON.parse(event.newValue));
    this.onChange();
  }

  store(name, entry) {
    this.entries.set(name, entry);
    try {
      localStorage.setItem(name, JSON.stringify(entry));
    } catch {
      this.isStored = false;
    }
  }

  drop(name) {
    this.entries.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // nothing was stored either
    }
  }

  nameOf(day) {
    return `${this.prefix}${day}|${this.data.version}`;
  }

  // The entry of a day as this version shows it; made from the page where nothing was noted on it yet.
  entryOf(day) {
    const kept = this.entries.get(this.nameOf(day));
    if (kept) return kept;
    const { savedAt = null, ...note } = this.data.days[day] ?? EMPTY;
    return { note, base: note, sent: null, savedAt, isRefused: false };
  }

  change(day, note) {
    this.store(this.nameOf(day), { ...this.entryOf(day), note, isRefused: false });
  }

  get waiting() {
    // By name: an older version's note of a day goes before a newer one's.
    return [...this.entries].filter(([, entry]) => isWaiting(entry)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get refusedDays() {
    return [...this.entries].filter(([, entry]) => entry.isRefused).map(([name]) => name.split("|")[1]).sort();
  }

  // Sends what waits, one day after the other; gives what stood in the way (offline, door, gone, later) or "".
  sendAll() {
    this.running ??= this.sendEach().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async sendEach() {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const trouble = await this.send(...next);
      if (trouble) return trouble;
    }
    return "";
  }

  async send(name, entry) {
    const [, day, version] = name.split("|");
    entry.sent ??= entry.note;
    this.store(name, entry);
    let response;
    try {
      response = await fetch(`${this.data.path}/days/${day}`, {
        method: "POST",
        body: formOf(entry, version),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
    } catch {
      return "offline";
    }
    const state = response.headers.get(STATE_HEADER); // without it the answer is not ours
    if (state === "open" && response.status === 409) return this.refuse(name);
    if (state === "open" && response.ok) return this.settle(name, version, await response.json());
    return state === "door" || state === "gone" ? state : "later";
  }

  // The day takes no notes (any more): what was noted stays on the page, marked, until the page is left.
  refuse(name) {
    this.store(name, { ...this.entries.get(name), sent: null, isRefused: true });
    this.onChange();
    return "";
  }

  settle(name, version, answer) {
    const entry = this.entries.get(name); // perhaps changed since it was sent, or settled by another tab
    if (!entry) return "";
    const from = entry.sent ?? entry.base;
    // Places of another version mean other exercises: then what was sent is all that is known.
    const known = String(answer.version) === version ? answer.note : from;
    this.store(name, { ...entry, note: merge(from, entry.note, known), base: known, sent: null, savedAt: answer.savedAt });
    const shown = this.data.version;
    if (answer.newest !== shown || version !== String(shown)) this.isOutdated = true;
    this.onChange();
    return "";
  }

  forget() {
    for (const name of this.entries.keys()) this.drop(name);
  }
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
