// The library beside the program: searched while typing, filtered, more on request; Enter adds the first that fits.

import { all, byId, on, one } from "./parts.js";
import { searchTyped } from "./search.js";

const FIELDS = ["find", "region", "goal", "equipment", "only"];

export function searchLibrary(form, { change, say }) {
  const library = byId("library");
  const find = byId("f-find");

  function addressNow() {
    const data = new FormData(form);
    return `/programs/library?${new URLSearchParams(FIELDS.map((name) => [name, data.get(name) ?? ""]))}`;
  }

  const failed = () => say("The search did not work. Try again.");
  const { ask, update } = searchTyped(library, addressNow, "#library-results,#library-filters", failed);

  async function showMore(button) {
    await update();
    const answer = button.isConnected && (await ask(`${addressNow()}&number=${button.value.split(":")[1]}`));
    if (!answer) return;
    const added = all(".library-list > li", answer);
    one(".library-list", library).append(...added);
    button.replaceWith(answer.getElementById("library-more") ?? "");
    if (added.length) one("button", added[0]).focus({ preventScroll: true });
  }

  async function addFirst() {
    if (!find.value.trim()) return;
    await update();
    const first = one('.library-list [value^="add:"]', library);
    if (!first) say("No exercise fits.");
    else if (await change(first.value)) find.select(); // what is typed next takes its place
  }

  one('[value="search"]', library).hidden = true; // typing is enough
  byId("find-hint").hidden = false;
  on(library, "click", (event) => {
    const more = event.target.closest("#library-more");
    if (!more) return;
    event.preventDefault();
    showMore(more);
  });
  on(find, "keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) addFirst();
  });
  if (find.value !== find.defaultValue) update(); // typed before this script was here
}
