// Keeps what is typed in the editor by itself: a moment after typing ends, and when the page is left or put aside.
//
//   const keeper = keepDraft(form, { say, words, isLeaving })
//   keeper.inTurn(work)  does work after what is under way; resolves to what it resolves to
//   keeper.save()        saves now; resolves to the server's answer (is_ready: it could be assigned), or to null
//
// A save that cannot be kept (signed out, no connection) leaves what was typed in this browser's storage, under the
// program and the practitioner, until it is saved, thrown away or a day old.

const QUIET = 700; // milliseconds without typing
const LONGEST_KEPT = 24 * 60 * 60 * 1000;
const PREFIX = "kinebridge-draft:";

export function keepDraft(form, { say, words, isLeaving }) {
  const address = form.getAttribute("action");
  const key = PREFIX + form.dataset.draft;
  // Lets the server know its own: the answer to a save may get lost, and this page then goes on all the same.
  const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  let running = Promise.resolve();
  let waiting = 0; // changes under way: the page's revision is behind until they are answered
  let timer;
  let isDirty = false;
  let isOut = false; // the last save was not kept

  function read() {
    clearTimeout(timer);
    isDirty = false;
    const data = new URLSearchParams(new FormData(form));
    data.append("tab", tab);
    return data;
  }

  function inTurn(work) {
    waiting += 1;
    const done = running.then(work).finally(() => {
      waiting -= 1;
    });
    running = done.catch(() => {});
    return done;
  }

  async function autosave(options = {}) {
    const data = read();
    data.append("action", "autosave");
    let response;
    try {
      response = await fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual", ...options });
    } catch {
      offline();
      return null;
    }
    if (response.type === "opaqueredirect") signedOut();
    else if (response.status === 409) changedElsewhere();
    else if (!response.ok) trouble("That could not be saved. What you typed is kept in this browser.", ["again"]);
    else {
      const answer = await response.json();
      form.elements.revision.value = answer.revision;
      if (!isDirty) words(answer.doses);
      saved();
      return answer;
    }
    return null;
  }

  const save = () => inTurn(() => autosave());

  function saved() {
    isOut = false;
    localStorage.removeItem(key);
    hideTrouble();
    const now = new Date();
    const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    document.getElementById("editor-saved").textContent = `Saved ${time}`;
  }

  // What could not be saved stays here. Named for the practitioner, so that another one at this computer is not shown it.
  function keepHere() {
    isOut = true;
    document.getElementById("editor-saved").textContent = "Not saved yet";
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: [...new FormData(form)] }));
  }

  function signedOut() {
    trouble("You are signed out, so your changes are not saved yet. They are kept in this browser: sign in, then come back to this tab.", ["signed-out", "again"]);
  }

  function offline() {
    trouble("That was not saved: there is no connection. What you typed is kept in this browser and saved when the connection is back.", ["again"]);
  }

  function changedElsewhere() {
    trouble("This program was changed somewhere else: in another tab, or by a colleague. Your last changes here are not saved.", ["changed"]);
  }

  function trouble(sentence, offers) {
    keepHere();
    showTrouble(sentence, offers);
    say(sentence);
  }

  const later = () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, QUIET);
    if (isOut) keepHere();
  };

  form.addEventListener("input", (event) => {
    if (!event.target.closest("#library") && event.target.name !== "template") later();
  });
  const retry = () => {
    if (isOut || isDirty) save();
  };
  window.addEventListener("online", retry);
  window.addEventListener("focus", () => isOut && retry());
  document.querySelector('[data-trouble="again"]').addEventListener("click", retry);
  // The page may never be shown again: what is not sent now may be lost.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isDirty && !waiting && !isLeaving()) inTurn(() => autosave({ keepalive: true }));
  });
  window.addEventListener("pagehide", () => {
    if (isDirty && !isLeaving()) autosave({ keepalive: true });
  });

  purge();
  offerKept(form, key);
  return { read, inTurn, save, saved, signedOut, offline, isBusy: () => waiting > 0 };
}

function showTrouble(sentence, offers) {
  const box = document.getElementById("editor-trouble");
  box.querySelector("p").textContent = sentence;
  for (const offer of box.querySelectorAll("[data-trouble]")) offer.hidden = !offers.includes(offer.dataset.trouble);
  box.hidden = false;
}

function hideTrouble() {
  document.getElementById("editor-trouble").hidden = true;
}

// Drops what has been kept for a day, whoever's it is.
function purge() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = JSON.parse(localStorage.getItem(key));
    if (Date.now() - kept.at > LONGEST_KEPT) localStorage.removeItem(key);
  }
}

// What an earlier page could not save is offered; putting it back sends it as that page would have, so that the server
// can say whether the program was changed since.
function offerKept(form, key) {
  const kept = JSON.parse(localStorage.getItem(key));
  if (!kept) return;
  const own = new Map(new FormData(form));
  const isHere = kept.fields.every(([name, text]) => own.get(name) === text || ["revision", "template"].includes(name) || name.startsWith("days-"));
  if (isHere) return localStorage.removeItem(key);
  const when = new Date(kept.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  showTrouble(`What you typed here until ${when} could not be saved then. It is still kept in this browser.`, ["restore", "forget"]);
  document.querySelector('[data-trouble="forget"]').addEventListener("click", () => {
    localStorage.removeItem(key);
    hideTrouble();
  });
  document.querySelector('[data-trouble="restore"]').addEventListener("click", () => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.getAttribute("action");
    for (const [name, text] of [...kept.fields, ["action", "save"]]) {
      const field = document.createElement("textarea"); // keeps line ends
      field.name = name;
      field.value = text;
      again.append(field);
    }
    again.hidden = true;
    document.body.append(again);
    again.submit(); // kept here until a page shows that it arrived
  });
}
