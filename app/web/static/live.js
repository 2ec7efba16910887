// Parts of a page that keep themselves up to date while data-live="on" stands in them: docs/scripts.md.

import { all, on, one, parse } from "./parts.js";

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 15000;
const GROWTH = 1.4;
const LONGEST_LIFE = 10 * 60 * 1000;

const isLive = (root) => one('[data-live="on"]', root) !== null;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const turned = () => new Promise((resolve) => on(document, "visibilitychange", resolve, { once: true }));

// Resolves to the next fragment, or to null when there is none now; throws when asking again is pointless.
async function fetchFragment(element) {
  const headers = { "X-Unattended": "yes", "X-Made-By": document.body.dataset.madeBy }; // no sign of life; for whom the page is
  if (element.dataset.liveTag) headers["If-None-Match"] = element.dataset.liveTag;
  const answer = await fetch(element.dataset.liveUrl, { headers, cache: "no-store" }).catch(() => null); // offline
  if (answer?.redirected || Math.floor(answer?.status / 100) === 4) throw new Error("signed out or gone");
  if (!answer?.ok) return null;
  element.dataset.liveTag = answer.headers.get("ETag") || "";
  return parse(await answer.text()).body;
}

// Only what says something new is replaced: that part alone is read out.
function showFragment(element, fragment) {
  const parts = all("[data-part]", element);
  const nextParts = all("[data-part]", fragment);
  const isLiveStill = isLive(fragment);
  if (parts.length === 0 || parts.length !== nextParts.length) return element.replaceChildren(...fragment.childNodes);
  parts.forEach((part, i) => replacePart(part, nextParts[i]));
  if (!isLiveStill) for (const each of all("[data-live]", element)) each.removeAttribute("data-live");
}

// What was unfolded stays so, and the link or button that had the focus has it again.
function replacePart(part, next) {
  for (const { id } of all("details[open][id]", part)) one(`#${CSS.escape(id)}`, next)?.toggleAttribute("open", true);
  if (part.innerHTML === next.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  part.replaceWith(next);
  const same = (each) => each.textContent === focused.textContent;
  if (focused) all(focused.localName, next).find(same)?.focus();
}

async function keepLive(element, stopped) {
  let end = Date.now() + LONGEST_LIFE;
  let wait = "liveNow" in element.dataset ? 0 : FIRST_WAIT;
  while (isLive(element)) {
    if (Date.now() > end) {
      stopped.hidden = false;
      await turned();
      stopped.hidden = true;
    } else {
      await pause(wait);
    }
    if (document.hidden) {
      while (document.hidden) await turned();
      end = Date.now() + LONGEST_LIFE;
      wait = FIRST_WAIT;
    }
    const fragment = await fetchFragment(element);
    if (fragment) showFragment(element, fragment);
    wait = Math.min(Math.max(wait * GROWTH, FIRST_WAIT), LONGEST_WAIT);
  }
}

for (const element of all("[data-live-url]")) {
  const stopped = element.nextElementSibling; // what says so
  keepLive(element, stopped).catch(() => (stopped.hidden = false));
}
