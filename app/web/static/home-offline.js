// The service worker of the patient's page (scope /p/): keeps the page, its pictures, styles and script in this phone.
// The page comes from the network where there is one, so that a newer version is seen; from the cache where there is none.
// One cache a program. It is dropped as soon as the server says that the address opens nothing, or asks at the door again.

const NAME = "program:"; // + "/p/<token>"
const PATIENCE = 4000; // milliseconds until a slow network counts as none

function pathOf(url) {
  const found = /^(\/p\/[0-9a-z]{20})(\/|$)/.exec(url.pathname);
  return found ? found[1] : null;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep, forget, urls } = event.data;
  if (forget) event.waitUntil(caches.delete(NAME + forget));
  if (keep) event.waitUntil(keepPage(keep, urls).then(() => event.ports[0]?.postMessage("kept")));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = pathOf(url);
  if (event.request.mode === "navigate") {
    if (path && url.pathname === path) event.respondWith(showPage(event, path));
  } else if (path || url.pathname.startsWith("/static/")) {
    event.respondWith(showPart(event.request));
  }
});

// Puts the page and what belongs to it into its cache, and takes out what no longer does.
async function keepPage(path, urls) {
  const cache = await caches.open(NAME + path);
  const wanted = new Set(urls.map((url) => new URL(url, self.location).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url) && new URL(request.url).pathname !== path) await cache.delete(request);
  }
  await Promise.all([...wanted].map(async (url) => (await cache.match(url)) || cache.add(url)));
  if (!(await cache.match(path))) await judge(path, await fetch(path));
}

// Keeps the page, or drops everything, as the server's answer says; trouble on the way changes nothing.
async function judge(path, response) {
  if (response.ok && response.headers.has("X-Kinebridge-Program")) {
    const cache = await caches.open(NAME + path);
    await cache.put(path, response.clone());
  } else if (response.ok || response.status === 404) {
    await caches.delete(NAME + path);
  }
  return response;
}

async function showPage(event, path) {
  const answer = fetch(event.request).then((response) => judge(path, response));
  event.waitUntil(answer.catch(() => {}));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const response = await Promise.race([answer.catch(() => undefined), patience]);
  if (response && response.status < 500) return response;
  return (await caches.match(path)) || answer;
}

async function showPart(request) {
  return (await caches.match(request)) || fetch(request);
}
