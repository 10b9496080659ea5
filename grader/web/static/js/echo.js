/* While one types, the line under a box says how the text is read. Nothing is asked of the server. */
(() => {
  "use strict";
  if (!globalThis.sheet) return;
  const { form, input, parts, partOf, result } = globalThis.sheet;
  let read = null;
  const odd = document.getElementById("echo-odd").content;
  const PATIENCE = 1000; // Milliseconds without a key before a number that was begun is called unreadable.
  const waiting = new Map();

  function element(name, words, className = "") {
    const made = Object.assign(document.createElement(name), { textContent: words, className });
    return made;
  }

  function words(reading) {
    if (reading.reason) return [odd.cloneNode(true), ` ${reading.message}`];
    const said = `${reading.decimals}.`;
    return ["We read ", element("span", reading.read, "num"), ", ", reading.warns ? element("b", said) : said];
  }

  /* The verdict on a text that can't be read says why, so the echo need not say it twice. */
  const refused = (box) => box.dataset.refused === box.value;

  function show(box, patient) {
    /* A text that is no more in the box is not what can't be read now. */
    const gone = Boolean(box.dataset.refused) && !refused(box);
    result(partOf(box)).hidden = gone;
    if (gone) box.removeAttribute("aria-invalid");
    if (!read) return "";
    const place = document.getElementById(`echo-${partOf(box)}`);
    const reading = read(box.value, Number(box.dataset.decimals));
    const silent = reading.reason === "blank" || refused(box) || (patient && reading.begun);
    place.replaceChildren(...(silent ? [] : words(reading)));
    return place.textContent.trim();
  }

  form.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches(".input--answer")) return;
    show(box, true);
    clearTimeout(waiting.get(box));
    /* Screen readers hear it once, after the last key of a number, and not over a verdict. */
    waiting.set(box, setTimeout(() => globalThis.say(show(box, false)), PATIENCE));
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value) delete input(event.submitter.value).dataset.refused;
    waiting.forEach((timer, box) => {
      clearTimeout(timer);
      show(box, false);
    });
  });

  /* A verdict is read aloud when it comes, with its number. It describes the box from when one has left it:
     described at once, the same number would be read again, and with the echo a third time. */
  function describe(box, part) {
    if (!result(part).childElementCount) return;
    const own = ["prompt", "rule"].map((each) => `${each}-${part}`);
    const left = box !== document.activeElement;
    box.setAttribute("aria-describedby", (left ? [...own, `result-${part}`] : own).join(" "));
  }
  form.addEventListener("focusout", ({ target: box }) => {
    if (box.matches(".input--answer")) setTimeout(() => describe(box, partOf(box)));
  });

  /* After a reply: a box whose text could not be read is marked so. */
  function settle() {
    for (const part of parts) {
      const box = input(part);
      const unreadable = Boolean(result(part).querySelector("[data-kind=unreadable]"));
      if (!unreadable) delete box.dataset.refused;
      else box.dataset.refused ??= box.value;
      if (unreadable) box.setAttribute("aria-invalid", "true");
      else box.removeAttribute("aria-invalid");
      show(box, waiting.has(box));
    }
  }
  document.addEventListener("htmx:after:swap", () => {
    settle();
    parts.forEach((part) => describe(input(part), part));
  });

  async function begin() {
    const reply = await fetch(form.dataset.grammar);
    read = globalThis.readerOf(await reply.json());
    settle();
  }
  begin().catch(() => {}); // Without it the server says after a Check how a text is read.
})();
