// The service worker of the patient's page (scope /p/): keeps it, its pictures, styles and scripts in this phone, one cache
// a program, for when there is no network. More in docs/scripts.md.

const nameOf = (path) => `program:${path}`; // of "/p/<token>"
const PATIENCE = 4000; // milliseconds until a slow network counts as none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep, urls } = event.data;
  event.waitUntil(keepPage(keep, urls).then((isKept) => isKept && event.ports[0].postMessage("kept")));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = /^\/p\/[0-9a-z]{20}(?=\/|$)/.exec(url.pathname)?.[0];
  if (request.mode !== "navigate") {
    if (path || url.pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (url.pathname === path) {
    event.respondWith(showPage(event, path, url));
  }
});

// Puts all that belongs to the page into its cache, takes out what no longer does; says whether it is there.
async function keepPage(path, urls) {
  if (!(await caches.match(path))) await judge(path, await fetch(path));
  if (!(await caches.match(path))) return false; // let in no more
  const cache = await caches.open(nameOf(path));
  const wanted = new Set(urls);
  for (const { url } of await cache.keys()) {
    if (!wanted.has(url) && new URL(url).pathname !== path) await cache.delete(url);
  }
  const kept = urls.map(async (url) => (await cache.match(url)) || cache.add(url));
  return (await Promise.allSettled(kept)).every((one) => one.status === "fulfilled");
}

// Keeps the page, or drops everything, as the server says.
async function judge(path, answer, isToday = true) {
  const state = answer.headers.get("X-Kinebridge-Program"); // without it the answer is not the server's own
  if (state === "open" && answer.ok && isToday) await (await caches.open(nameOf(path))).put(path, answer.clone());
  if (state === "door" || state === "gone") await caches.delete(nameOf(path));
  return answer;
}

async function showPage(event, path, url) {
  const asked = fetch(event.request).then((answer) => judge(path, answer, !url.search));
  event.waitUntil(asked.catch(() => {}));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answer = await Promise.race([asked.catch(() => undefined), patience]);
  if (answer && answer.status < 500) return answer;
  return (await caches.match(path)) || asked;
}
