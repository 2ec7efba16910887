// Parts of a page that keep themselves up to date.
//
//   <div data-live-url="/clients/7/deliveries"> the fragment as first shown, with data-live="on" somewhere in it </div>
//
// While the fragment holds an element with data-live="on", its URL is asked again for the next fragment: after 2 s, then in
// growing steps up to 15 s, for at most 10 minutes, and only while the page is visible. A fragment without it ends that.

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 15000;
const GROWTH = 1.4;
const LONGEST_LIFE = 10 * 60 * 1000;

function isLive(element) {
  return element.querySelector('[data-live="on"]') !== null;
}

// Resolves to the next fragment, to null when it failed for now; throws when asking again is pointless.
async function fetchFragment(url) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  } catch {
    return null; // offline: try again later
  }
  if (response.redirected || (response.status >= 400 && response.status < 500)) throw new Error("signed out or gone");
  return response.ok ? response.text() : null;
}

function pageVisible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true })).then(pageVisible);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Puts a row's newer state in its place; a link in it that had the focus has it again.
function replaceRow(row, next) {
  const focused = row.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  row.replaceWith(next);
  if (focused) next.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

// Only what says something new is replaced, row by row where it is a list, so that focus stays and screen readers are told
// that row alone.
function showFragment(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const rows = element.querySelectorAll("li");
  const nextRows = template.content.querySelectorAll("li");
  const isLiveStill = template.content.querySelector('[data-live="on"]') !== null;
  if (rows.length === 0 || rows.length !== nextRows.length) return element.replaceChildren(template.content);
  rows.forEach((row, i) => {
    if (row.innerHTML !== nextRows[i].innerHTML) replaceRow(row, nextRows[i]);
  });
  if (!isLiveStill) element.querySelector('[data-live="on"]')?.removeAttribute("data-live");
}

async function keepLive(element) {
  const end = Date.now() + LONGEST_LIFE;
  let wait = FIRST_WAIT;
  if (!element.hasAttribute("aria-live")) element.setAttribute("aria-live", "polite");
  while (isLive(element) && Date.now() < end) {
    await pause(wait);
    await pageVisible();
    const html = await fetchFragment(element.dataset.liveUrl);
    if (html !== null) showFragment(element, html);
    wait = Math.min(wait * GROWTH, LONGEST_WAIT);
  }
}

for (const element of document.querySelectorAll("[data-live-url]")) keepLive(element).catch(() => {});
