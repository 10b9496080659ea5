/* A verdict that another tab got is shown here too, and so is what came while this page was put aside.
   What is typed in the boxes stays. */
(() => {
  "use strict";
  if (!globalThis.sheet) return;
  const { address, counts, load, notice, parts, partOfKey, result, save } = globalThis.sheet;
  if (!counts) return;

  async function asItStands() {
    const reply = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    return reply.ok && page.querySelector("form[data-answers]") ? page : null;
  }

  async function refresh(wanted, told) {
    const page = await asItStands().catch(() => null);
    for (const part of wanted.filter((each) => !load("pending", each))) {
      const said = told ? [notice("elsewhere")] : [];
      for (const place of page ? ["state", "result", "history", "key"].map((each) => `${each}-${part}`) : []) {
        document.getElementById(place).replaceChildren(...page.getElementById(place).childNodes);
      }
      result(part).prepend(...said);
    }
    if (page) document.getElementById("progress").textContent = page.getElementById("progress").textContent;
    document.dispatchEvent(new Event("htmx:after:settle"));
  }

  document.addEventListener("answered", ({ detail: { part } }) => save("answered", part, Date.now()));
  addEventListener("storage", (event) => {
    const part = event.newValue && partOfKey("answered", event.key);
    if (parts.includes(part)) refresh([part], true);
  });
  addEventListener("pageshow", (event) => event.persisted && refresh(parts, false));
})();
