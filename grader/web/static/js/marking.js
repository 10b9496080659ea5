/* Marking by keyboard; and what is chosen and typed is kept in this browser until it is saved.
   Without this script the page is a plain form. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-marking]");
  const drafts = {
    read(name) {
      try {
        return JSON.parse(localStorage.getItem(name));
      } catch {
        return null;
      }
    },
    write(name, draft) {
      try {
        localStorage.setItem(name, JSON.stringify(draft));
      } catch { /* This browser keeps nothing: the page itself still does. */ }
    },
    drop(name) {
      try {
        localStorage.removeItem(name);
      } catch { /* Nothing is kept there anyway. */ }
    },
  };

  /* What the server has stored needs no keeping; the form of the mark before this one has been left. */
  const saved = document.querySelector("[data-saved]")?.dataset.saved;
  if (saved && form) drafts.drop(form.dataset.draft.replace(/[^.]*$/, saved));

  function follow(relation) {
    document.querySelector(`.marking-ways a[rel=${relation}]`)?.click();
  }

  const dialog = document.getElementById("keys");
  const switchedOn = document.getElementById("keys-on");
  const KEYS_OFF = "grader.keys-off";
  switchedOn.checked = drafts.read(KEYS_OFF) !== true;
  switchedOn.addEventListener("change", () => {
    if (switchedOn.checked) drafts.drop(KEYS_OFF);
    else drafts.write(KEYS_OFF, true);
  });

  const boxes = form ? [...form.querySelectorAll(".rubric input[type=checkbox]")] : [];
  const comment = form?.elements.comment;
  const button = (what) => form.querySelector(`button[value=${what}]`);
  const typing = (target) => target.matches("textarea, select, input:not([type=checkbox])");

  const single = {
    "?": () => dialog.showModal(),
    n: () => follow("next"),
    p: () => follow("prev"),
  };
  if (form) {
    single.c = () => comment.focus();
    single.a = () => {
      document.getElementById("add").open = true;
      document.getElementById("new-words").focus();
    };
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || dialog.open) return;
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(button("next"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!switchedOn.checked) return;
    const box = /^[1-9]$/.test(event.key) ? boxes[event.key - 1] : null;
    if (box) {
      event.preventDefault();
      box.click();
      box.focus();
    } else if (Object.hasOwn(single, event.key)) {
      event.preventDefault();
      single[event.key]();
    }
  });

  const shower = document.getElementById("show-keys");
  if (shower) {
    shower.hidden = false;
    shower.addEventListener("click", () => dialog.showModal());
  }
  if (!form) return;

  /* Enter in the boxes of a new item adds it, and on a check box it does nothing. */
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[type=checkbox]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
    }
  });

  const sum = document.getElementById("sum");
  function add() {
    if (!sum) return;
    const chosen = boxes.filter((box) => box.checked);
    const all = chosen.reduce((total, box) => total + Number(box.dataset.hundredths), 0);
    const points = Math.min(Math.max(all, 0), Number(sum.dataset.possible));
    sum.value = String(points / 100);
    sum.parentElement.hidden = false;
  }

  const fields = ["comment", "new.words", "new.points"];
  const asItStands = () => ({
    seen: form.elements.seen.value,
    items: boxes.filter((box) => box.checked).map((box) => box.name),
    texts: fields.map((name) => form.elements[name].value),
  });
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const said = document.getElementById("unsaved");
  const loaded = "kept" in form.dataset ? null : asItStands();

  function keep() {
    add();
    const now = asItStands();
    if (loaded && same(now, loaded)) {
      drafts.drop(form.dataset.draft);
      said.textContent = "";
      return;
    }
    drafts.write(form.dataset.draft, now);
    said.textContent = "Not saved yet; this browser keeps it.";
  }

  function restore(draft) {
    for (const box of boxes) box.checked = draft.items.includes(box.name);
    fields.forEach((name, place) => {
      form.elements[name].value = draft.texts[place];
    });
    if (form.elements["new.words"].value) document.getElementById("add").open = true;
  }

  /* Somebody, perhaps oneself in another tab, has marked it since: that stands in the form, this is offered. */
  function offer(draft) {
    const take = Object.assign(document.createElement("button"), {
      type: "button", className: "button button--quiet", textContent: "Go on with what you had",
    });
    const drop = Object.assign(document.createElement("button"), {
      type: "button", className: "button button--link", textContent: "Forget it",
    });
    said.replaceChildren("This browser keeps another mark of yours for this explanation, not saved. ", take, " ", drop);
    take.addEventListener("click", () => {
      restore(draft);
      keep();
    });
    drop.addEventListener("click", () => {
      drafts.drop(form.dataset.draft);
      said.textContent = "";
      comment.focus();
    });
  }

  const draft = drafts.read(form.dataset.draft);
  if (!loaded) keep();
  else if (draft && same({ ...draft, seen: loaded.seen }, loaded)) drafts.drop(form.dataset.draft);
  else if (draft && draft.seen === loaded.seen) {
    restore(draft);
    keep();
  } else if (draft) offer(draft);
  add();
  form.addEventListener("input", keep);
})();
