// Parts of a page that keep themselves up to date.
//
//   <div data-live-url="/clients/7/deliveries"> the fragment as first shown, with data-live="on" somewhere in it </div>
//
// While the fragment holds an element with data-live="on", its URL is asked again for the next fragment: after 2 s (the first
// time at once where the element itself has data-live-now), then in
// growing steps up to 15 s, and only while the page is visible. After 10 minutes in view it says that it has stopped; coming
// back to the page begins anew. It says so too when it was signed out or the client is no longer shared. A fragment without
// such an element ends that. Where the answer has an ETag, it is sent along
// the next time, and a 304 changes nothing. Elements with data-part are replaced one by one, and only where they differ.

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 15000;
const GROWTH = 1.4;
const LONGEST_LIFE = 10 * 60 * 1000;

function isLive(element) {
  return element.querySelector('[data-live="on"]') !== null;
}

// Resolves to the next fragment, to null when there is nothing new or it failed for now; throws when asking again is
// pointless.
async function fetchFragment(element) {
  const headers = { Accept: "text/html", "X-Unattended": "yes" }; // nobody presses anything: no sign of life for the session
  if (element.dataset.liveTag) headers["If-None-Match"] = element.dataset.liveTag;
  let response;
  try {
    response = await fetch(element.dataset.liveUrl, { headers, cache: "no-store" });
  } catch {
    return null; // offline: try again later
  }
  if (response.redirected || (response.status >= 400 && response.status < 500)) throw new Error("signed out or gone");
  if (!response.ok) return null;
  const html = await response.text();
  element.dataset.liveTag = response.headers.get("ETag") || "";
  return html;
}

// Resolves to whether the page was out of sight meanwhile.
async function pageVisible() {
  if (!document.hidden) return false;
  await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  await pageVisible();
  return true;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Puts a part's newer state in its place: what was unfolded stays so, and the link or button that had the focus has it again.
function replacePart(part, next) {
  const steerable = "a, button, summary";
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const same = (each) => each.localName === focused.localName && each.textContent === focused.textContent;
  part.replaceWith(next);
  if (focused) [...next.querySelectorAll(steerable)].find(same)?.focus();
}

function keepUnfolded(part, next) {
  for (const details of part.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
}

// Only what says something new is replaced, so that focus stays and screen readers are told that part alone.
function showFragment(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const parts = element.querySelectorAll("[data-part]");
  const nextParts = template.content.querySelectorAll("[data-part]");
  const isLiveStill = template.content.querySelector('[data-live="on"]') !== null;
  if (parts.length === 0 || parts.length !== nextParts.length) return element.replaceChildren(template.content);
  parts.forEach((part, i) => {
    keepUnfolded(part, nextParts[i]);
    if (part.innerHTML !== nextParts[i].innerHTML) replacePart(part, nextParts[i]);
  });
  if (!isLiveStill) element.querySelectorAll('[data-live="on"]').forEach((each) => each.removeAttribute("data-live"));
}

function sayStopped(element) {
  const said = document.createElement("p");
  said.className = "live-stopped";
  const link = document.createElement("a");
  link.href = window.location.pathname + window.location.search;
  link.textContent = "Reload the page";
  said.append("This is no longer kept up to date. ", link, " to see the newest state.");
  element.append(said);
  return said;
}

async function keepLive(element) {
  let end = Date.now() + LONGEST_LIFE;
  let wait = element.hasAttribute("data-live-now") ? 0 : FIRST_WAIT;
  if (!element.hasAttribute("aria-live")) element.setAttribute("aria-live", "polite");
  while (isLive(element)) {
    if (Date.now() > end) {
      const said = sayStopped(element);
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      said.remove();
    } else {
      await pause(wait);
    }
    if (await pageVisible()) {
      end = Date.now() + LONGEST_LIFE;
      wait = FIRST_WAIT;
    }
    const html = await fetchFragment(element);
    if (html !== null) showFragment(element, html);
    wait = Math.min(Math.max(wait * GROWTH, FIRST_WAIT), LONGEST_WAIT);
  }
}

for (const element of document.querySelectorAll("[data-live-url]")) keepLive(element).catch(() => sayStopped(element));
