// The service worker of the patient's page (scope /p/): keeps the page, its pictures, styles and scripts in this phone.
// The page comes from the network where there is one, so that a newer version is seen; from the cache where there is none.
// One cache a program. It is dropped as soon as the server says that the address opens nothing, or asks at the door again.

const NAME = "program:"; // + "/p/<token>"
const STATE_HEADER = "X-Kinebridge-Program"; // open, door or gone; an answer without it is not the server's own
const PATIENCE = 4000; // milliseconds until a slow network counts as none

function pathOf(url) {
  const found = /^(\/p\/[0-9a-z]{20})(\/|$)/.exec(url.pathname);
  return found ? found[1] : null;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep, urls } = event.data;
  event.waitUntil(keepPage(keep, urls).then((isKept) => isKept && event.ports[0].postMessage("kept")));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = pathOf(url);
  if (event.request.mode === "navigate") {
    if (path && url.pathname === path) event.respondWith(showPage(event, path, url));
  } else if (path || url.pathname.startsWith("/static/")) {
    event.respondWith(showPart(event.request));
  }
});

// Puts the page and what belongs to it into its cache, takes out what no longer does; says whether all of it is there.
async function keepPage(path, urls) {
  if (!(await caches.match(path))) await judge(path, await fetch(path));
  if (!(await caches.match(path))) return false; // let in no more
  const cache = await caches.open(NAME + path);
  const wanted = new Set(urls.map((url) => new URL(url, self.location).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url) && new URL(request.url).pathname !== path) await cache.delete(request);
  }
  const kept = [...wanted].map(async (url) => (await cache.match(url)) || cache.add(url));
  return (await Promise.allSettled(kept)).every((one) => one.status === "fulfilled");
}

// Keeps the page, or drops everything, as the server says; anything else on the way changes nothing.
async function judge(path, response, isToday = true) {
  const state = response.headers.get(STATE_HEADER);
  if (state === "open" && response.ok && isToday) await (await caches.open(NAME + path)).put(path, response.clone());
  if (state === "door" || state === "gone") await caches.delete(NAME + path);
  return response;
}

async function showPage(event, path, url) {
  // The page of another day (?day=...) is shown and not kept: opened offline, a page begins with today.
  const answer = fetch(event.request).then((response) => judge(path, response, !url.search));
  event.waitUntil(answer.catch(() => {}));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const response = await Promise.race([answer.catch(() => undefined), patience]);
  if (response && response.status < 500) return response;
  return (await caches.match(path)) || answer;
}

async function showPart(request) {
  return (await caches.match(request)) || fetch(request);
}
