// The library beside the program: searched while typing, filtered, more on request; Enter adds the first that fits.

const DEBOUNCE = 150;
const ADDRESS = "/programs/library";
const FIELDS = ["find", "region", "goal", "equipment", "only"];

export function searchLibrary(form, { change, say }) {
  const library = document.getElementById("library");
  const find = document.getElementById("f-find");
  let timer;
  let asked; // the request under way
  let shown = find.value === find.defaultValue ? wanted() : ""; // typed before this script was here

  function wanted() {
    const data = new FormData(form);
    return new URLSearchParams(FIELDS.map((name) => [name, data.get(name) ?? ""])).toString();
  }

  async function ask(query) {
    asked?.abort();
    asked = new AbortController();
    const response = await fetch(`${ADDRESS}?${query}`, { signal: asked.signal, headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error("signed out");
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  // Shows what fits what is typed and chosen now.
  async function update() {
    clearTimeout(timer);
    const query = wanted();
    if (query === shown) return;
    try {
      const answer = await ask(query);
      shown = query;
      document.getElementById("library-results").replaceWith(answer.getElementById("library-results"));
      for (const select of answer.querySelectorAll("#library-filters select")) {
        putOptions(document.getElementById(select.id), select);
      }
      library.scrollTop = 0;
    } catch (error) {
      if (error.name !== "AbortError") say("The search did not work. Please try again.");
    }
  }

  async function showMore(button) {
    try {
      const answer = await ask(`${shown}&number=${button.value.split(":")[1]}`);
      const added = [...answer.querySelectorAll(".library-list > li")];
      library.querySelector(".library-list").append(...added);
      const next = answer.getElementById("library-more");
      if (next) button.replaceWith(next);
      else button.remove();
      added[0]?.querySelector("button").focus({ preventScroll: true });
    } catch (error) {
      if (error.name !== "AbortError") say("The search did not work. Please try again.");
    }
  }

  async function addFirst() {
    if (!find.value.trim()) return;
    await update();
    const first = library.querySelector('.library-list [value^="add:"]');
    if (!first) return say("No exercise fits.");
    if (await change(first.value)) find.select(); // what is typed next takes its place
  }

  library.querySelector('[value="search"]').hidden = true; // typing is enough
  document.getElementById("find-hint").hidden = false;
  library.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, DEBOUNCE);
  });
  library.addEventListener("click", (event) => {
    const more = event.target.closest("#library-more");
    if (!more) return;
    event.preventDefault();
    showMore(more);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) addFirst();
  });
  update();
}

// Shows the choices of another select with their counts; the focus stays, and so does the choice: options taken out of a
// select one after the other all say that they are chosen.
function putOptions(select, other) {
  const chosen = select.value;
  select.replaceChildren(...other.childNodes);
  select.value = chosen;
}
