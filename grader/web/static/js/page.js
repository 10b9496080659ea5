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

  function tick() {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
      const text = seconds > 0 ? `in ${duration(seconds)}` : time.dataset.past ?? `${duration(-seconds)} ago`;
      if (time.textContent !== text) time.textContent = text;
    }
  }
  setInterval(tick, 1000);

  /* A formula wider than the page scrolls by itself; with the keyboard, too. */
  function reachWideFormulas() {
    for (const block of document.querySelectorAll(".math.block, .table-scroll")) {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  }
  reachWideFormulas();
  addEventListener("resize", reachWideFormulas);

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

  /* Enter checks the box that it is pressed in. */
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches(".input--answer")) return;
    event.preventDefault();
    form.requestSubmit(event.target.closest(".part").querySelector("button[name=check]"));
  });

  /* After a reply: a box whose text could not be read is marked so. */
  document.addEventListener("htmx:after:swap", () => {
    for (const part of form.querySelectorAll(".part")) {
      const input = part.querySelector(".input--answer");
      if (part.querySelector(".result [data-kind=unreadable]")) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  });

  /* No reply, or an error: say so under the box. What was typed stays. */
  function tell(context) {
    const status = context.response?.status;
    const away = !status || status >= 500;
    const notice = document.getElementById(`notice-${status}`)
      ?? document.getElementById(away ? "notice-away" : "notice-refused");
    const part = context.request?.submitter?.value;
    const result = document.getElementById(`result-${part}`) ?? form.querySelector(".result");
    result.replaceChildren(notice.content.cloneNode(true));
  }
  document.addEventListener("htmx:error", (event) => event.detail.ctx && tell(event.detail.ctx));
  document.addEventListener("htmx:response:error", (event) => tell(event.detail.ctx));
})();
