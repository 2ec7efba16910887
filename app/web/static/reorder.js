// Another order for the program's exercises: by dragging their handle (mouse, pen or finger) and with Alt and an arrow.

const EDGE = 80; // pixels from the window's edge where the page begins to scroll
const STEP = 12;

export function moveWithKeys(form, change) {
  form.addEventListener("keydown", (event) => {
    const item = event.target.closest(".item");
    // In a list of choices, Alt and arrow down opens it.
    if (!item || !event.altKey || event.target.matches("select") || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const verb = event.key === "ArrowUp" ? "up" : "down";
    const button = item.querySelector(`[value^="${verb}:"]`);
    if (!button.disabled) change(button.value, event.target.name?.match(/^(.+)-\d+$/)?.[1]);
  });
}

export function letDrag(form, change) {
  form.addEventListener("pointerdown", (event) => {
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
  const from = [...list.querySelectorAll(".item")].indexOf(item);
  let y = start.clientY;
  let frame = requestAnimationFrame(scroll);

  handle.setPointerCapture(start.pointerId);
  item.classList.add("dragging");

  // The exercise goes before the first one whose middle lies below the pointer. A section's heading counts too, but
  // nothing goes above the first heading.
  function place() {
    const others = [...list.children].filter((child) => child !== item);
    const next = others.find((child, at) => {
      const box = child.getBoundingClientRect();
      return y < box.top + box.height / 2 && !(at === 0 && child.matches(".section-head"));
    });
    const split = next ? others.indexOf(next) : others.length;
    // The others move, never the exercise itself: taken out of the page it would lose the pointer.
    for (const child of others.slice(0, split)) if (isAbove(item, child)) item.before(child);
    for (const child of others.slice(split).reverse()) if (isAbove(child, item)) item.after(child);
  }

  function scroll() {
    if (y < EDGE) window.scrollBy(0, -STEP);
    else if (y > window.innerHeight - EDGE) window.scrollBy(0, STEP);
    if (y < EDGE || y > window.innerHeight - EDGE) place();
    frame = requestAnimationFrame(scroll);
  }

  function move(event) {
    y = event.clientY;
    place();
  }

  function end(event) {
    cancelAnimationFrame(frame);
    handle.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) handle.removeEventListener(name, end);
    document.removeEventListener("keydown", cancel, true);
    item.classList.remove("dragging");
    const to = [...list.querySelectorAll(".item")].indexOf(item);
    const section = item.querySelector('select[name^="section-"]');
    const head = headAbove(item);
    if (event.type !== "pointerup" || (to === from && (!head || head === section.value))) return list.replaceChildren(...before);
    const wasIn = section.value;
    if (head) section.value = head;
    change(`move:${from}:${to}`).then((isDone) => {
      if (isDone) return;
      section.value = wasIn;
      list.replaceChildren(...before);
    });
  }

  function cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    end(event);
  }

  handle.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, end);
  document.addEventListener("keydown", cancel, true);
}

function isAbove(one, other) {
  return Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
}

// The section whose heading stands above the exercise, or "" without headings.
function headAbove(item) {
  for (let above = item.previousElementSibling; above; above = above.previousElementSibling) {
    if (above.matches(".section-head")) return above.dataset.section;
  }
  return "";
}
