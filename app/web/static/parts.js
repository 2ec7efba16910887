// What several modules need.

export const byId = (id) => document.getElementById(id);
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const on = (target, event, work, options) => target.addEventListener(event, work, options);

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// A function that does the work once, so many milliseconds after it was last called.
export function afterPause(work, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

// What this browser keeps under names of one beginning, as [name, value], and keeping or dropping it (value undefined). All
// throw where a browser has no storage.
export const listKept = (prefix) => Object.keys(localStorage).filter((name) => name.startsWith(prefix)).map((name) => [name, JSON.parse(localStorage[name])]);

export function keep(name, value) {
  if (value === undefined) localStorage.removeItem(name);
  else localStorage.setItem(name, JSON.stringify(value));
}

// Sends fields, as [name, text], in a form of their own: the answer is the next page.
export function sendAsPage(address, fields) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: address, hidden: true });
  for (const [name, value] of fields) form.append(Object.assign(document.createElement("textarea"), { name, value })); // keeps line ends
  document.body.append(form);
  form.submit();
}
