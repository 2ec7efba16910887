// What every page gains: a press sends a form once, errors are brought into view, menus close, values are copied.

import { all, byId, on, one } from "./parts.js";

const HOLD_MILLISECONDS = 20000; // a download leaves the page open: let the button live again

function holdButton(button) {
  button.dataset.words = button.innerHTML;
  button.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.busy || "One moment";
}

function releaseForm(form) {
  delete form.dataset.sent;
  for (const button of all("[data-words]", form)) {
    button.innerHTML = button.dataset.words;
    button.removeAttribute("aria-disabled");
    delete button.dataset.words;
  }
}

on(document, "submit", (event) => {
  const form = event.target;
  const method = event.submitter?.formMethod || form.method;
  if (event.defaultPrevented || method !== "post") return;
  if (form.dataset.sent) return event.preventDefault(); // the first press is on its way
  form.dataset.sent = "yes";
  // Marked, not disabled: a disabled button would leave its own name and value out of what is sent.
  if (event.submitter?.matches("button.button")) holdButton(event.submitter);
  setTimeout(() => releaseForm(form), HOLD_MILLISECONDS);
});

// The browser's Back button shows the page as it was left, waiting buttons included.
on(window, "pageshow", () => all("form[data-sent]").forEach(releaseForm));

// Where one field is all a form is about there is no summary: its sentence is read out with the field.
(one(".error-summary") || one("[aria-invalid]"))?.focus();

async function copyValue(button) {
  const input = byId(button.dataset.copy);
  input.select();
  // No clipboard outside https.
  const isCopied = await navigator.clipboard?.writeText(input.value).then(() => true, () => false);
  const status = one("[role=status]", button.closest(".copy"));
  status.textContent = isCopied ? "Copied." : status.dataset.selected;
}

for (const button of all("[data-copy], [data-print]")) {
  button.hidden = false;
  on(button, "click", () => (button.dataset.copy ? copyValue(button) : print()));
}

// Also when the keyboard leaves it: it lies above what comes next.
for (const event of ["click", "focusin"]) {
  on(document, event, ({ target }) => {
    for (const menu of all(".menu[open]")) menu.open = menu.contains(target);
  });
}
on(document, "keydown", ({ key }) => {
  const menu = key === "Escape" && one(":is(.menu, .confirm)[open]");
  if (!menu) return;
  menu.open = false;
  one("summary", menu).focus();
});

// What was kept over a sign-in.
one("form[data-send]")?.requestSubmit();
