// Search as you type.
//
//   <form class="search" role="search" method="get" action="/clients" data-results="#results"> ... </form>
//   <div id="results" aria-live="polite"> ... </div>
//
// The form's own GET address is asked; what its selectors (with commas between) find in
// the answer replaces the same on the page.

const DEBOUNCE = 150;
// Tells the server that this is what is typed so far, not yet what is meant.
const HEADERS = { Accept: "text/html", "X-Kinebridge-Typing": "yes" };

function enhance(form) {
  let timer;
  let running;

  async function update() {
    running?.abort();
    running = new AbortController();
    if ("blank" in form.dataset && !form.elements.q.value.trim()) {
      return document.querySelector(form.dataset.results)?.replaceChildren(); // nothing typed, nothing to list
    }
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    try {
      const response = await fetch(url, { signal: running.signal, headers: HEADERS });
      if (response.redirected) return window.location.assign(url); // signed out meanwhile: let the page say so
      if (!response.ok) return;
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      const focused = document.activeElement?.id; // a filter of the form may be among what is replaced
      for (const selector of form.dataset.results.split(",")) {
        const found = answer.querySelector(selector);
        if (found) document.querySelector(selector)?.replaceChildren(...found.childNodes);
      }
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    } catch (error) {
      if (error.name !== "AbortError") console.warn("Search as you type failed; press Enter to search.");
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, DEBOUNCE);
  });
}

for (const form of document.querySelectorAll("form[data-results]")) enhance(form);
