/* Tells whether this computer's clock agrees with the server's, which made the page. */
(() => {
  "use strict";

  const made = Date.parse(document.querySelector("[data-now]")?.dataset.now);
  const [visit] = performance.getEntriesByType("navigation");
  if (Number.isNaN(made) || !visit) return;
  /* The page was made between the request and its reply: within that, no difference can be told. */
  const sent = performance.timeOrigin + visit.requestStart;
  const received = performance.timeOrigin + visit.responseStart;
  const ahead = made < sent ? sent - made : made > received ? received - made : 0;
  const seconds = Math.abs(ahead) / 1000;
  const agrees = seconds < 2;
  const line = document.querySelector(`[data-clock="${agrees ? "agrees" : "differs"}"]`);
  if (!line) return;
  const length = seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
  line.querySelector("[data-seconds]").textContent = agrees ? length : `${length} ${ahead > 0 ? "ahead of" : "behind"}`;
  line.hidden = false;
})();
