/* An author's preview shows the files as they are now: when one has changed, the page reloads by itself. */
(() => {
  "use strict";
  const shown = document.currentScript.dataset.version;

  async function look() {
    if (document.hidden) return;
    try {
      const reply = await fetch("/-/version", { cache: "no-store" });
      if (reply.ok && (await reply.text()) !== shown) location.reload();
    } catch {
      /* The preview has ended; this page stays as it is. */
    }
  }
  setInterval(look, 1000);
})();
