// Search as you type: a form with data-results, the selectors of what its own address's answer replaces.

import { afterPause, all, byId, on, one, parse } from "./parts.js";

const DEBOUNCE = 150;

// Asks for addressNow() while one types in root, and puts what the selectors find in place of the same here; update does so
// at once. ask resolves to an address's page, or to nothing.
export function searchTyped(root, addressNow, selectors, failed, headers) {
  let running;
  let asked = "";
  let showing;

  async function ask(address) {
    running?.abort();
    running = new AbortController();
    if ("blank" in root.dataset && !root.elements.q.value.trim()) return void one(selectors)?.replaceChildren();
    const { signal } = running;
    const answer = await fetch(address, { signal, headers }).catch(() => null);
    const html = answer?.ok && !answer.redirected && (await answer.text().catch(() => ""));
    if (signal.aborted) return null;
    if (html) return parse(html);
    asked = ""; // may be tried again
    failed(answer?.redirected || answer?.status === 409, address);
    return null;
  }

  async function show(address) {
    const answer = await ask(address);
    if (!answer) return;
    const focused = document.activeElement?.id; // a filter may be among what is replaced
    for (const selector of selectors.split(",")) {
      const found = one(selector, answer);
      if (found) one(selector)?.replaceChildren(...found.childNodes);
    }
    if (focused) byId(focused)?.focus({ preventScroll: true });
  }

  // What is asked for already is waited for.
  function update() {
    const address = addressNow();
    if (address !== asked) showing = show(address);
    asked = address;
    return showing;
  }

  on(root, "input", afterPause(update, DEBOUNCE));
  return { ask, update };
}

for (const form of all("form[data-results]")) {
  const address = () => `${form.action}?${new URLSearchParams(new FormData(form))}`;
  const failed = (isElsewhere, at) => isElsewhere && location.assign(at); // signed out, or somebody else is signed in
  const headers = { "X-Kinebridge-Typing": "yes", "X-Made-By": document.body.dataset.madeBy }; // not yet what is meant
  searchTyped(form, address, form.dataset.results, failed, headers);
}
