// What axe does not look at, asked of the page that is open; each returns lines, none where all is well.

const text = (element) => (element.getAttribute("aria-label") || element.innerText || element.value || "").trim().replace(/\s+/g, " ");
const called = (element) => {
  const id = element.id ? `#${element.id}` : "";
  const kind = element.classList.length ? `.${[...element.classList].join(".")}` : "";
  return `${element.localName}${id}${kind} "${text(element).slice(0, 60)}"`;
};
const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".visually-hidden");
const CONTROLS = 'a[href], button, input:not([type="hidden"]), select, textarea, summary';

window.looks = {
  // Axe, with bars at the foot of the window and menus out of the way: what lies below one is free once it is scrolled or closed.
  async axe(context, options) {
    const bars = [...document.querySelectorAll(".action-bar, .undo, .home-bar, .menu[open] form")];
    for (const each of bars) each.style.position = "static";
    const { violations } = await axe.run(context, options);
    for (const each of bars) each.style.position = "";
    return violations;
  },

  // The page scrolls to the side, or a part of it does that is no table or code.
  wide() {
    const root = document.documentElement;
    const lines = [];
    if (root.scrollWidth > root.clientWidth) {
      const out = [...document.querySelectorAll("body *")].filter((each) => isShown(each) && each.getBoundingClientRect().right > root.clientWidth + 1);
      lines.push(`${root.scrollWidth - root.clientWidth} px too wide: ${out.slice(-2).map(called).join(", ")}`);
    }
    for (const each of document.querySelectorAll("body *")) {
      if (!/auto|scroll/.test(getComputedStyle(each).overflowX) || each.matches(".scroll, input, textarea, select")) continue;
      if (isShown(each) && each.scrollWidth > each.clientWidth + 1) lines.push(`to be scrolled sideways: ${called(each)}`);
    }
    return lines;
  },

  // Words that are cut off, or lie outside the window. Names of 255 letters are cut with dots on purpose.
  clipped() {
    const lines = [];
    for (const each of document.querySelectorAll("body *")) {
      if (!isShown(each) || each.closest("svg") || each.matches("select, .skip") || !each.innerText?.trim()) continue;
      const style = getComputedStyle(each);
      const cutsX = /hidden|clip/.test(style.overflowX) && each.scrollWidth > each.clientWidth + 1;
      const cutsY = /hidden|clip/.test(style.overflowY) && each.scrollHeight > each.clientHeight + 1;
      if ((cutsX || cutsY) && each.innerText.length < 60) lines.push(`cut off: ${called(each)}`);
      const box = each.getBoundingClientRect();
      if (box.width && (box.right <= 0 || box.left < -1) && !each.closest(".skip, .site-nav, .scroll")) lines.push(`outside on the left: ${called(each)}`);
    }
    return lines;
  },

  // Words that run into those of a neighbour.
  overlapping() {
    const lines = [];
    const shown = [...document.querySelectorAll("main :is(a[href], button, label, dt, dd, h1, h2, h3, p, summary, .pill), header :is(a[href], button, summary, .who-practice)")].filter((each) => isShown(each) && each.innerText?.trim() && !each.closest("svg, .back, .confirm > form, .menu form, .action-bar, .home-bar, .undo, .editor-library, .notice.sticky") && !/^inline$/.test(getComputedStyle(each).display) && getComputedStyle(each).position !== "absolute");
    const boxes = shown.map((each) => {
      const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
      const box = { left: 1e9, right: -1e9, top: 1e9, bottom: -1e9 };
      while (walker.nextNode()) {
        const { parentElement: parent, data } = walker.currentNode;
        if (!data.trim() || parent.closest(".visually-hidden, [aria-hidden]") || getComputedStyle(parent).clipPath !== "none" || !parent.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        Object.assign(box, { left: Math.min(box.left, left), right: Math.max(box.right, right), top: Math.min(box.top, top), bottom: Math.max(box.bottom, bottom) });
      }
      return box;
    });
    const order = boxes.map((_, at) => at).sort((a, b) => boxes[a].top - boxes[b].top);
    for (let i = 0; i < order.length; i += 1) {
      const [a, box] = [shown[order[i]], boxes[order[i]]];
      for (let j = i + 1; j < order.length && boxes[order[j]].top < box.bottom - 3; j += 1) {
        const [b, other] = [shown[order[j]], boxes[order[j]]];
        if (a.contains(b) || b.contains(a)) continue;
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (across > 3 && down > 4) lines.push(`${called(a)} runs into ${called(b)}`);
      }
    }
    return lines;
  },

  // One heading of the first level, a title, and a language.
  headed() {
    const headings = [...document.querySelectorAll("h1")].filter(isShown);
    const lines = headings.length === 1 ? [] : [`${headings.length} headings of the first level`];
    if (!document.title.trim()) lines.push("no title");
    if (!document.documentElement.lang) lines.push("no language");
    if (!document.querySelector("main")) lines.push("no main part");
    return lines;
  },

  // Controls without a name, and links or buttons of one name, undescribed, that do different things.
  unnamed() {
    const lines = [];
    const meant = new Map();
    const places = [...document.querySelectorAll("li, tr, nav, header, section, article, form, .prose")];
    axe.setup(document.body);
    for (const each of document.querySelectorAll(CONTROLS)) {
      if (!each.checkVisibility({ visibilityProperty: true }) || each.closest('[aria-hidden="true"]')) continue;
      const name = axe.commons.text.accessibleText(each).trim().toLowerCase();
      if (!name) lines.push(`without a name: ${each.outerHTML.slice(0, 120)}`);
      if (!each.matches("a[href], button, summary")) continue;
      const described = (each.getAttribute("aria-describedby") || "").split(" ").map((id) => document.getElementById(id)?.innerText || "").join(" ");
      const does = each.matches("a") ? each.href : `${each.form?.action} ${each.name} ${each.value} ${each.form && each.localName === "button" ? "" : each.outerHTML}`;
      const around = each.closest("li, tr, nav, header, section, article, form, .prose");
      const key = `${each.localName} ${name} ${described} ${around?.matches(".prose, .prose *") ? does : places.indexOf(around)}`;
      if (meant.has(key) && meant.get(key) !== does) lines.push(`another of the same name: ${called(each)}`);
      meant.set(key, does);
    }
    axe.teardown();
    return lines;
  },

  // What has the focus and does not show it, or lies behind something.
  unfocused() {
    const lines = [];
    const ringed = (each) => each && getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) >= 2;
    const opened = [...document.querySelectorAll("details[open]")]; // menus close when the focus leaves them
    for (const each of document.querySelectorAll(CONTROLS)) {
      for (const around of opened) around.open ||= around.contains(each);
      if (!each.checkVisibility({ visibilityProperty: true }) || each.disabled || each.tabIndex < 0 || each.closest("[inert]")) continue;
      each.focus();
      if (document.activeElement !== each) continue;
      if (![each, each.nextElementSibling, each.closest("label"), each.closest(".home-tick")].some(ringed)) lines.push(`focus not seen: ${called(each)}`);
      const box = (each.matches("label input") && each.closest("label") || each).getBoundingClientRect();
      const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].map(([x, y]) => document.elementFromPoint(box.left + x * box.width, box.top + y * box.height));
      if (!points.some((hit) => hit && (each.contains(hit) || hit.contains(each)))) lines.push(`behind something when it has the focus: ${called(each)}`);
    }
    for (const around of opened) around.open = true;
    document.activeElement?.blur();
    scrollTo(0, 0);
    return lines;
  },
};
