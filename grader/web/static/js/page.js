/* Small conveniences; every page works without them. */
(() => {
  "use strict";

  /* Lengths of time stay true while a page is open. */
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

  function duration(seconds) {
    const place = Math.max(units.findIndex(([, size]) => seconds >= size), 0);
    const from = seconds < 1 ? units.length - 1 : place;
    let rest = seconds;
    return units.slice(from, from + 2).map(([unit, size]) => {
      const amount = Math.floor(rest / size);
      rest -= amount * size;
      return amount ? `${amount} ${unit}` : "";
    }).filter(Boolean).join(" ") || "0 s";
  }

  /* Read aloud by screen readers when they have time; for what is seen elsewhere on the page. */
  const spoken = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  spoken.setAttribute("aria-live", "polite");
  document.querySelector("main")?.append(spoken);
  globalThis.say = (words) => {
    spoken.textContent = words;
  };

  /* The server's clock decides; this computer's may be wrong. */
  const shown = Date.parse(document.querySelector("[data-now]")?.dataset.now);
  const [visit] = performance.getEntriesByType("navigation");
  const ahead = Number.isNaN(shown) ? 0 : performance.timeOrigin + visit.responseStart - shown;
  /* Rounded up: what is said to begin now must have begun, or the server refuses what is pressed at once. */
  globalThis.secondsUntil = (time) => Math.ceil((Date.parse(time) - Date.now() + ahead) / 1000);

  function tick() {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const seconds = globalThis.secondsUntil(time.dateTime);
      const text = seconds > 0 ? `in ${duration(seconds)}` : time.dataset.past ?? `${duration(-seconds)} ago`;
      if (time.textContent === text) continue;
      if (text === time.dataset.past && time.dataset.says) globalThis.say(time.dataset.says);
      time.textContent = text;
    }
    /* What begins to be true while the page is open. */
    for (const notice of document.querySelectorAll("[data-appears][hidden]")) {
      if (globalThis.secondsUntil(notice.dataset.appears) > 0) continue;
      while (notice.previousElementSibling?.matches("[data-appears]")) notice.previousElementSibling.remove();
      notice.hidden = false;
      globalThis.say(notice.textContent);
    }
  }
  setInterval(tick, 1000);

  /* What a deadline is where the reader is, beside the course's time, if the clocks there differ. */
  for (const time of document.querySelectorAll("time[data-zone]")) {
    const moment = new Date(time.dateTime);
    const there = (zone) => new Intl.DateTimeFormat("en-US", {
      timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit",
    }).formatToParts(moment).reduce((parts, { type, value }) => ({ ...parts, [type]: value }), {});
    const [course, here] = [there(time.dataset.zone), there(undefined)];
    const clock = ({ hour, minute, dayPeriod }) => `${hour}:${minute} ${dayPeriod.toLowerCase()}`;
    const date = ({ weekday, day, month }) => `${weekday} ${day} ${month}`;
    const on = date(course) === date(here) ? "" : ` on ${date(here)}`;
    if (!on && clock(course) === clock(here)) continue;
    const words = ` (${clock(here)}${on} where you are)`;
    time.after(Object.assign(document.createElement("span"), { className: "where", textContent: words }));
  }

  /* A formula wider than the page, or a table higher than its place, scrolls by itself; with the keyboard, too. */
  function reachWideFormulas() {
    for (const block of document.querySelectorAll(".math.block, .table-scroll, .guest-text")) {
      const wide = block.scrollWidth > block.clientWidth;
      if (wide || block.scrollHeight > block.clientHeight) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  }
  reachWideFormulas();
  addEventListener("resize", reachWideFormulas);
  document.fonts.ready.then(reachWideFormulas);

  /* Who signs out leaves nothing in this browser. */
  const leaving = document.querySelector("form[data-signs-out]");
  const kept = () => {
    try {
      return Object.keys(localStorage);
    } catch {
      return []; // Some browsers refuse to store anything.
    }
  };
  leaving?.addEventListener("submit", (event) => {
    const own = kept().filter((key) => key.startsWith(`grader.${leaving.dataset.signsOut}.`));
    const waiting = own.filter((key) => key.includes(".pending.")).length;
    const warning = "An answer of yours was not received yet. Signing out discards it. Sign out?";
    if (waiting && !confirm(warning)) event.preventDefault();
    else own.forEach((key) => localStorage.removeItem(key));
  });

  /* On a narrow screen the staff's bar scrolls: where one is should be in view. */
  for (const here of document.querySelectorAll(".staff-bar [aria-current]")) {
    const row = here.closest("ul");
    row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  const form = document.querySelector("form[data-answers]");
  if (!form) return;

  /* The answers stay in view beside a long statement while all of them fit into the window. When they grow
     out of it, they scroll with the page, and the page moves so that they are where they were just seen. */
  const panel = form.closest(".panel");
  const margin = parseFloat(getComputedStyle(document.documentElement).fontSize);
  function pin() {
    const seen = panel.getBoundingClientRect().top;
    const fits = panel.offsetHeight <= innerHeight - 2 * margin;
    if (fits === panel.classList.contains("panel--pinned")) return;
    panel.classList.toggle("panel--pinned", fits);
    if (!fits) scrollBy(0, panel.getBoundingClientRect().top - seen);
  }
  new ResizeObserver(pin).observe(panel);
  addEventListener("resize", pin);
})();
