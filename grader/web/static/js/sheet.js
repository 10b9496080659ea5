/* The answer sheet of this page: its parts, and what this browser keeps of them for this person. */
globalThis.sheet = (() => {
  "use strict";
  const form = document.querySelector("form[data-answers]");
  if (!form) return null;
  const person = form.elements.person?.value;
  const address = new URL(form.action).pathname;
  const name = (kind, part) => `grader.${person}.${kind}.${address}.${part}`;
  const unstored = new Map();

  /* Some browsers refuse to store anything; then it is kept for as long as the page is open. */
  function stored(act, otherwise) {
    try {
      return act();
    } catch {
      return otherwise();
    }
  }

  /* Enter checks the box that it is pressed in. */
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches(".input--answer")) return;
    event.preventDefault();
    form.requestSubmit(event.target.closest(".part").querySelector("button[name=check]"));
  });

  return {
    form,
    address,
    counts: Boolean(form.querySelector("input[name^='key.']")),
    parts: [...form.querySelectorAll(".part button[name=check]")].map((button) => button.value),
    input: (part) => document.getElementById(`answer-${part}`),
    result: (part) => document.getElementById(`result-${part}`),
    partOf: (input) => input.id.replace("answer-", ""),
    /* The words of a template of this page, to be put under a box. */
    notice: (id) => document.getElementById(`notice-${id}`)?.content.cloneNode(true),
    partOfKey: (kind, key) => (key?.startsWith(name(kind, "")) ? key.slice(name(kind, "").length) : null),
    load: (kind, part) => JSON.parse(
      stored(() => localStorage.getItem(name(kind, part)), () => unstored.get(name(kind, part))) ?? "null",
    ),
    save(kind, part, value) {
      const text = JSON.stringify(value);
      stored(() => localStorage.setItem(name(kind, part), text), () => unstored.set(name(kind, part), text));
    },
    drop: (kind, part) => stored(
      () => localStorage.removeItem(name(kind, part)), () => unstored.delete(name(kind, part)),
    ),
  };
})();
