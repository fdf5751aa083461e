/* One switch a page for all code, which the browser remembers; tables that say that they scroll. */
(() => {
  "use strict";
  const root = document.documentElement;
  const KEY = "code";

  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a browser that keeps nothing
    }
  };

  // Before the page is drawn, so that nothing jumps; without scripts all code is open.
  root.dataset.code = remembered() === "open" ? "open" : "closed";

  const set = (state, button) => {
    const shown = [...document.querySelectorAll("article :is(p, li, figure, h1, h2, h3)")];
    const anchor = shown.find((each) => each.getBoundingClientRect().top > 0 && each.offsetParent);
    const before = anchor?.getBoundingClientRect().top;
    root.dataset.code = state;
    // What is read stays where it is.
    if (anchor) {
      window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
    }
    describe(button);
  };

  const describe = (button) => {
    const open = root.dataset.code === "open";
    const text = open ? "Hide code" : "Show code";
    button.title = `${text} and sources on every page`;
    button.querySelector(".code-switch-word").textContent = text;
  };

  const prepareSwitch = () => {
    const button = document.querySelector(".code-switch");
    if (!button) return;
    button.hidden = false;
    describe(button);
    button.addEventListener("click", () => {
      const state = root.dataset.code === "open" ? "closed" : "open";
      try {
        localStorage.setItem(KEY, state);
      } catch {
        // The switch works for this page all the same.
      }
      set(state, button);
    });
    window.addEventListener("storage", (event) => {
      if (event.key === KEY && event.newValue) set(event.newValue, button);
    });
  };

  // A box that is wider than its place can be reached and moved with the keyboard.
  const watchBoxes = () => {
    const look = (box) => {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      box.classList.toggle("scrolls", scrolls);
      if (scrolls) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target)));
    document.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  };
  const BOXES = "article :is(.table-box, .figure-box, .cell_output .output, .highlight pre, div.math)";

  // A link into a fold opens it.
  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folds = [];
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS" && !each.open) folds.push(each);
    }
    folds.forEach((fold) => (fold.open = true));
    if (folds.length) target.scrollIntoView();
  };

  // Paper holds what a screen folds away, but for the code.
  const printing = () => {
    const closed = [...document.querySelectorAll("article details:not([open])")];
    closed.forEach((fold) => (fold.open = true));
    window.addEventListener("afterprint", () => closed.forEach((fold) => (fold.open = false)), { once: true });
  };

  // Whoever has no mouse taps a number to see where it comes from, and anything else to hide it.
  const prepareNumbers = () => {
    let shown = null;
    const hide = () => {
      shown?.remove();
      shown = null;
    };
    document.addEventListener("click", ({ target }) => {
      const number = target.closest?.(NUMBERS);
      const again = number && shown?.dataset.of === number.title;
      hide();
      if (!number || again || number.closest("a, summary")) return;
      shown = document.createElement("div");
      shown.className = "number-source";
      shown.setAttribute("role", "status");
      shown.textContent = shown.dataset.of = number.title;
      document.body.append(shown);
      const place = number.getBoundingClientRect();
      const room = root.clientWidth - shown.offsetWidth - 8;
      shown.style.left = `${window.scrollX + Math.max(8, Math.min(place.left, room))}px`;
      shown.style.top = `${window.scrollY + place.bottom + 4}px`;
    });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  };
  const NUMBERS = "article :is(.number-book, .number-run, .number-published)[title]";

  document.addEventListener("DOMContentLoaded", () => {
    prepareSwitch();
    prepareNumbers();
    watchBoxes();
    openTarget();
  });
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", printing);
})();
