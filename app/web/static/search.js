// Search as you type.
//
//   <form class="search" role="search" method="get" action="/clients" data-results="#results"> ... </form>
//   <div id="results" aria-live="polite"> ... </div>
//
// The form's own GET address is asked; the element of the same selector in the answer replaces the one on the page.

const DEBOUNCE = 150;

function enhance(form) {
  let timer;
  let running;

  async function update() {
    running?.abort();
    running = new AbortController();
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    try {
      const response = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
      if (response.redirected) return window.location.assign(url); // signed out meanwhile: let the page say so
      if (!response.ok) return;
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = answer.querySelector(form.dataset.results);
      if (found) document.querySelector(form.dataset.results)?.replaceChildren(...found.childNodes);
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
