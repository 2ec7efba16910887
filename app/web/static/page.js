// What every page gains from JavaScript: one press sends a form once, errors are brought into view, menus close.

const HOLD_MILLISECONDS = 20000; // a download leaves the page open: let the button live again

function holdButton(button) {
  button.dataset.words = button.innerHTML;
  button.setAttribute("aria-disabled", "true");
  const spinner = document.createElement("span");
  spinner.className = "spinner";
  spinner.setAttribute("aria-hidden", "true");
  button.replaceChildren(spinner, button.dataset.busy || "Please wait");
}

function releaseForm(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-words]")) {
    button.innerHTML = button.dataset.words;
    button.removeAttribute("aria-disabled");
    delete button.dataset.words;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = event.submitter?.getAttribute("formmethod") || form.method;
  if (event.defaultPrevented || method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault(); // a second press while the first is on its way
    return;
  }
  form.dataset.sent = "yes";
  // Marked, not disabled: a disabled button would leave its own name and value out of what is sent.
  if (event.submitter?.matches("button.button")) holdButton(event.submitter);
  setTimeout(() => releaseForm(form), HOLD_MILLISECONDS);
});

// Coming back with the browser's Back button shows the page as it was left, waiting buttons included.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(releaseForm));

// Where one field is all a form is about there is no summary: its sentence is read out with the field.
(document.querySelector(".error-summary") || document.querySelector("[aria-invalid]"))?.focus();

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("details.menu[open] summary")?.focus();
  closeMenus(null);
});

// What was kept while its sender signed in again.
document.querySelector("form[data-send]")?.requestSubmit();
