/* What is typed and not yet checked is kept in this browser, for this person and part, until it was. */
(() => {
  "use strict";
  if (!globalThis.sheet) return;
  const { drop, form, input, load, partOf, parts, result, save } = globalThis.sheet;

  for (const part of parts) {
    const box = input(part);
    const kept = load("draft", part);
    if (kept === null) continue;
    if (kept === box.value || result(part).querySelector("[data-kind=unreadable]")) drop("draft", part);
    else box.value = kept;
  }

  form.addEventListener("input", ({ target: box }) => {
    if (!box.matches(".input--answer")) return;
    if (box.value.trim() && box.value !== box.defaultValue) save("draft", partOf(box), box.value);
    else drop("draft", partOf(box));
  });

  /* Once a verdict is stored, the server has the text; another tab may have typed on. */
  document.addEventListener("answered", ({ detail: { part, text } }) => {
    const stored = result(part).querySelector("[data-kind=correct], [data-kind=incorrect]");
    if (stored && load("draft", part) === text) drop("draft", part);
  });
})();
