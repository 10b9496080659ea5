/* The keyboard in the gradebook: it is a grid of which one cell at a time takes the focus. */
(() => {
  "use strict";
  const table = document.querySelector("table[data-grid]");
  const search = document.querySelector("#search");
  const step = 10;

  if (table) {
    const rows = [...table.tBodies[0].rows];
    /* A cell that holds a link passes the focus on to it. */
    const target = (cell) => cell.querySelector("a") ?? cell;
    let [row, column] = [0, 0];
    let current = target(rows[0].cells[0]);

    table.setAttribute("role", "grid");
    for (const link of table.tBodies[0].querySelectorAll("a")) link.tabIndex = -1;
    current.tabIndex = 0;

    const reach = (toRow, toColumn) => {
      row = Math.min(Math.max(toRow, 0), rows.length - 1);
      column = Math.min(Math.max(toColumn, 0), rows[row].cells.length - 1);
      current.tabIndex = -1;
      current = target(rows[row].cells[column]);
      current.tabIndex = 0;
    };
    const moves = {
      ArrowUp: () => [row - 1, column],
      ArrowDown: () => [row + 1, column],
      ArrowLeft: () => [row, column - 1],
      ArrowRight: () => [row, column + 1],
      PageUp: () => [row - step, column],
      PageDown: () => [row + step, column],
      Home: (all) => [all ? 0 : row, 0],
      End: (all) => [all ? rows.length - 1 : row, rows[row].cells.length - 1],
    };

    table.tBodies[0].addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || event.shiftKey) return;
      if (event.key === "Enter" && event.target.matches("td")) {
        rows[row].querySelector("a").click();
        return;
      }
      const move = moves[event.key];
      if (!move || (event.ctrlKey && !["Home", "End"].includes(event.key))) return;
      event.preventDefault();
      reach(...move(event.ctrlKey));
      current.focus();
      show(current.closest("td, th"));
    });
    /* Whoever presses into a cell goes on from there. */
    table.tBodies[0].addEventListener("pointerdown", (event) => {
      const cell = event.target.closest("td, th");
      if (cell) reach(rows.indexOf(cell.parentElement), cell.cellIndex);
    });

    /* The headings and the names, which stay in view, must not cover the cell with the focus. */
    const box = table.closest(".book");
    const show = (cell) => {
      const [head, name] = [table.tHead.offsetHeight, rows[0].cells[0].offsetWidth];
      const top = cell.offsetTop - head;
      if (box.scrollTop > top) box.scrollTop = top;
      const left = cell.offsetLeft - name;
      if (cell.cellIndex && box.scrollLeft > left) box.scrollLeft = left;
      else if (!cell.cellIndex) box.scrollLeft = 0;
    };
  }

  /* One can turn the key off that would get in the way of speech input. */
  const keys = document.querySelector("[data-keys]");
  const slash = document.querySelector("[data-slash]");
  const NAME = "grader.keys.slash";
  const kept = (act) => {
    try {
      return act();
    } catch {
      return null; // Some browsers refuse to store anything.
    }
  };
  if (keys) keys.hidden = false;
  if (slash) {
    slash.checked = kept(() => localStorage.getItem(NAME)) !== "off";
    slash.addEventListener("change", () => {
      kept(() => localStorage.setItem(NAME, slash.checked ? "on" : "off"));
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (slash ? !slash.checked : kept(() => localStorage.getItem(NAME)) === "off") return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
})();
