// Keeps what is typed in the editor by itself, or in this browser: docs/scripts.md.

import { afterPause, all, byId, keep, listKept, on, one, parse, sendAsPage } from "./parts.js";

const QUIET = 700; // milliseconds without typing
const LONGEST_KEPT = 24 * 60 * 60 * 1000;
const PREFIX = "kinebridge-draft:";
const clock = (moment) => new Date(moment).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

export function keepDraft(form, { say, showDoses, isLeaving }) {
  const address = form.getAttribute("action");
  const key = PREFIX + form.dataset.draft;
  // Lets the server know its own, should the answer to a save get lost.
  const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  let running = Promise.resolve();
  let waiting = 0; // changes under way: until they are answered the page's revision is behind
  let isDirty = false;
  let isOut = false; // the last save was not kept

  function read() {
    isDirty = false;
    const data = new URLSearchParams(new FormData(form));
    data.append("tab", tab);
    return data;
  }

  function inTurn(work) {
    waiting += 1;
    const done = running.then(work).finally(() => (waiting -= 1));
    running = done.catch(() => {});
    return done;
  }

  // The server's answer, or null when the draft was not kept.
  async function autosave(options) {
    const body = read();
    body.append("action", "autosave");
    const sending = { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", ...options };
    const answer = await fetch(address, sending).catch(() => null);
    const kept = answer?.ok && (await answer.json().catch(() => null));
    if (!kept) return trouble(await whyNot(answer));
    form.elements.revision.value = kept.revision;
    if (!isDirty) showDoses(kept.doses);
    saved();
    return kept;
  }

  const save = () => inTurn(() => autosave());
  const saveLater = afterPause(() => isDirty && save(), QUIET);

  function saved() {
    isOut = false;
    keep(key);
    showTrouble();
    byId("editor-saved").textContent = `Saved ${clock(Date.now())}`;
  }

  function keepHere() {
    isOut = true;
    byId("editor-saved").textContent = "Not saved yet";
    keep(key, { at: Date.now(), fields: [...new FormData(form)] });
  }

  function trouble(kind) {
    keepHere();
    say(showTrouble(kind));
    return null;
  }

  on(form, "input", ({ target }) => {
    if (target.closest("#library") || target.name === "template") return;
    isDirty = true;
    saveLater();
    if (isOut) keepHere();
  });
  const retry = () => (isOut || isDirty) && save();
  on(window, "online", retry);
  on(window, "focus", () => isOut && save());
  on(byId("again"), "click", retry);
  // The page may never be shown again.
  on(document, "visibilitychange", () => {
    if (document.hidden && isDirty && !waiting && !isLeaving()) inTurn(() => autosave({ keepalive: true }));
  });
  on(window, "pagehide", () => isDirty && !isLeaving() && autosave({ keepalive: true }));

  // After a day, whoever's it is.
  for (const [name, { at }] of listKept(PREFIX)) if (Date.now() - at > LONGEST_KEPT) keep(name);
  offerKept(form, key);
  return { read, inTurn, save, saved, trouble, isBusy: () => waiting > 0 };
}

// Why nothing was kept. "person": what came is somebody else's page.
export async function whyNot(answer) {
  if (!answer) return "offline";
  if (answer.type === "opaqueredirect" || answer.status === 401) return "signed-out";
  const { madeBy, who } = parse(await answer.text().catch(() => "")).body.dataset;
  if (!madeBy || madeBy === document.body.dataset.madeBy) return answer.status === 409 ? "changed" : "other";
  byId("now-in").textContent = who;
  return "person";
}

// Shows a trouble, or none; returns its sentence.
function showTrouble(kind) {
  const box = byId("editor-trouble");
  box.hidden = !kind;
  for (const each of all("[data-of]", box)) each.hidden = !each.dataset.of.split(" ").includes(kind);
  return one("p:not([hidden])", box)?.textContent;
}

// Offers what an earlier page could not save. Putting it back sends it as that page would have.
function offerKept(form, key) {
  const [[, kept] = []] = listKept(key);
  if (!kept) return;
  const own = new Map(new FormData(form));
  if (kept.fields.every(([name, text]) => own.get(name) === text || /^(revision|template|days-.*)$/.test(name))) return keep(key); // is here
  byId("kept-at").textContent = clock(kept.at);
  showTrouble("kept");
  on(byId("forget"), "click", () => keep(key, showTrouble()));
  on(byId("restore"), "click", () => sendAsPage(form.getAttribute("action"), [...kept.fields, ["action", "save"]]));
}
