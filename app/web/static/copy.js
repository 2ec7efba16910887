// Copy buttons: <button data-copy="id of an input" hidden>. Without JavaScript the value is selected by hand.

function showButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
}

async function copyValue(button) {
  const input = document.getElementById(button.dataset.copy);
  const status = button.closest(".copy")?.querySelector("[role=status]");
  let words = "Copied.";
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    words = "The text is selected: press Ctrl+C (on a Mac Cmd+C) to copy it."; // no clipboard outside https
  }
  if (status) status.textContent = words;
}

showButtons(document);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copyValue(button);
});
