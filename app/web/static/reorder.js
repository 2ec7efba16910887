// Another order for the program's exercises: by dragging their handle (mouse, pen or finger) and with Alt and an arrow.

import { all, on, one } from "./parts.js";

const EDGE = 80; // pixels from the window's edge where the page begins to scroll
const STEP = 12;

export function letMove(form, change) {
  on(form, "keydown", (event) => {
    const item = event.target.closest(".item");
    const verb = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    // In a list of choices, Alt and arrow down opens it.
    if (!item || !verb || !event.altKey || event.target.matches("select")) return;
    event.preventDefault();
    const button = one(`[value^="${verb}:"]`, item);
    if (!button.disabled) change(button.value, event.target.name?.match(/^(.+)-\d+$/)?.[1]);
  });
  on(form, "pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    drag(handle, event, change);
  });
}

function drag(handle, start, change) {
  const item = handle.closest(".item");
  const list = item.parentElement;
  const before = [...list.children];
  const number = () => all(".item", list).indexOf(item);
  const from = number();
  const listening = new AbortController();
  const { signal } = listening;
  let y = start.clientY;
  let frame = requestAnimationFrame(scroll);

  // It goes above all whose middle lies below the pointer, headings too; but not above the first heading.
  function place() {
    const others = [...list.children].filter((child) => child !== item);
    const below = others.filter((child, at) => {
      const box = child.getBoundingClientRect();
      return y < box.top + box.height / 2 && !(at === 0 && child.matches(".section-head"));
    });
    // Taken out of the page, the exercise itself would lose the pointer.
    for (const child of others) if (!below.includes(child) && isAbove(item, child)) item.before(child);
    for (const child of below.reverse()) if (isAbove(child, item)) item.after(child);
  }

  function scroll() {
    const step = y < EDGE ? -STEP : y > window.innerHeight - EDGE ? STEP : 0;
    window.scrollBy(0, step);
    if (step) place();
    frame = requestAnimationFrame(scroll);
  }

  async function end({ type }) {
    cancelAnimationFrame(frame);
    listening.abort();
    item.classList.remove("dragging");
    const section = one('[name^="section-"]', item);
    const wasIn = section.value;
    const isIn = headAbove(item) ?? wasIn;
    if (type === "pointerup" && (number() !== from || isIn !== wasIn)) {
      section.value = isIn;
      if (await change(`move:${from}:${number()}`)) return;
      section.value = wasIn;
    }
    list.replaceChildren(...before);
  }

  handle.setPointerCapture(start.pointerId);
  item.classList.add("dragging");
  on(handle, "pointermove", (event) => (y = event.clientY, place()), { signal });
  on(handle, "pointerup", end, { signal });
  on(handle, "pointercancel", end, { signal });
  on(document, "keydown", (event) => event.key === "Escape" && (event.preventDefault(), end(event)), { signal, capture: true });
}

const isAbove = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

// The section whose heading stands above the exercise; undefined without headings.
function headAbove(item) {
  const heads = all(".section-head", item.parentElement);
  return heads.filter((head) => isAbove(head, item)).at(-1)?.dataset.section;
}
