/* Writing an explanation: it is saved by itself, and what is not saved yet is kept in this browser.
   Without this script the page saves by its button. */
(() => {
  "use strict";

  const kept = document.getElementById("kept");
  const form = document.querySelector("form[data-explanation]");
  const drafts = {
    read() {
      try {
        return JSON.parse(localStorage.getItem(kept.dataset.draft));
      } catch {
        return null;
      }
    },
    /* Whether the browser keeps it: some keep nothing, and all have a limit. */
    write(draft) {
      try {
        localStorage.setItem(kept.dataset.draft, JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    forget() {
      try {
        localStorage.removeItem(kept.dataset.draft);
      } catch { /* Nothing is kept there anyway. */ }
    },
  };

  /* A text that this browser kept, and that can't go on where it stopped: the writer decides. */
  function offer(draft, take) {
    kept.querySelector("pre").textContent = draft.text;
    kept.hidden = false;
    kept.addEventListener("click", (event) => {
      const choice = event.target.closest("button")?.value;
      if (!choice) return;
      kept.hidden = true;
      if (choice === "drop") drafts.forget();
      else take();
    });
  }

  if (!form) {
    const draft = drafts.read();
    if (draft) offer(draft);
    return;
  }

  const box = form.elements.explanation;
  const base = form.elements.based_on;
  const [state, room, shown] = ["state", "room", "shown"].map((id) => document.getElementById(id));
  const PAUSE = 2500;
  const KEEPALIVE = 60_000;
  let stored = "unsaved" in form.dataset ? null : box.defaultValue;
  let inBrowser = true;
  let busy = false;
  let again = null;
  let failures = 0;
  let timer;
  let previewTimer;
  let previewing = new AbortController();

  const where = () => inBrowser ? "What you typed is kept in this browser." : "Keep this page open: this browser keeps nothing.";

  function say(...nodes) {
    const text = nodes.map((node) => node.textContent ?? node).join("");
    if (state.textContent !== text) state.replaceChildren(...nodes);
    state.toggleAttribute("data-trouble", /^Not saved[.:]/.test(text));
  }

  function later(how, milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(() => save(how), milliseconds);
  }

  function keep() {
    if (!kept.hidden) return; // Another text waits there for a decision.
    if (box.value === stored) drafts.forget();
    else inBrowser = drafts.write({text: box.value, base: Number(base.value)});
  }

  function count() {
    const left = Number(form.dataset.longest) - [...box.value].length;
    const near = Number(form.dataset.longest) / 10;
    const text = left < 0 ? `${(-left).toLocaleString("en")} characters too many: it can’t be saved like this.`
      : left < near ? `${left.toLocaleString("en")} characters left.` : "";
    if (room.textContent !== text) room.textContent = text;
    box.setAttribute("aria-invalid", String(left < 0));
    return left >= 0;
  }

  function body(how) {
    const data = new FormData(form);
    data.set("how", how);
    return data;
  }

  async function save(how) {
    clearTimeout(timer);
    if (busy) {
      again = how;
      return;
    }
    const text = box.value;
    if (how !== "button" && (text === stored || !count())) return;
    busy = true;
    const slow = setTimeout(() => say("Saving …"), 400);
    let reply;
    try {
      const data = body(how);
      const small = new Blob([text]).size < KEEPALIVE;
      reply = await fetch(form.action, {
        method: "POST", body: data, headers: {Accept: "application/json"}, redirect: "error",
        keepalive: small, signal: AbortSignal.timeout(20_000),
      });
      await take(reply, text, how);
    } catch {
      away();
    } finally {
      clearTimeout(slow);
      busy = false;
    }
    if (again) {
      const next = again;
      again = null;
      save(next);
    }
  }

  async function take(reply, text, how) {
    if (reply.status >= 500) return away();
    failures = 0;
    if (reply.status === 202) {
      const {wait} = await reply.json();
      say(`Not saved yet: it is saved in ${wait < 90 ? `${wait} s` : `${Math.ceil(wait / 60)} min`}. ${where()}`);
      return later("autosave", wait * 1000);
    }
    if (reply.ok) return done(await reply.json(), text);
    const template = document.getElementById("signed-out");
    if (reply.status === 401) return say(template.content.cloneNode(true));
    const known = reply.headers.get("Content-Type")?.includes("json");
    const detail = known ? (await reply.json()).detail
      : "The server did not take it. Copy your text, reload the page, and save it again.";
    say(`Not saved. ${detail} ${where()}`);
    if (how === "button") state.scrollIntoView({block: "nearest"});
  }

  function done(told, text) {
    base.value = told.number;
    stored = text;
    const unchanged = box.value === text;
    keep();
    for (const name of ["meanwhile", "versions"]) {
      const piece = document.getElementById(name);
      if (piece.innerHTML.trim() !== told[name].trim()) piece.innerHTML = told[name];
    }
    if (unchanged) {
      const words = document.createElement("span");
      words.innerHTML = told.saved;
      say(...words.childNodes);
    } else {
      later("autosave", PAUSE);
    }
  }

  function away() {
    failures += 1;
    const seconds = Math.min(5 * 2 ** (failures - 1), 60);
    say(`Not saved: no connection to the server. ${where()} Trying again in ${seconds} s.`);
    later("autosave", seconds * 1000);
  }

  async function preview() {
    previewing.abort();
    previewing = new AbortController();
    try {
      const reply = await fetch(form.dataset.preview, {
        method: "POST", body: body("preview"), redirect: "error", signal: previewing.signal,
      });
      if (!reply.ok) return;
      shown.innerHTML = await reply.text(); // Made of Markdown and cleaned by the server.
      dispatchEvent(new Event("resize")); // What is too wide now can be reached by keyboard.
    } catch { /* It shows what it showed before; saving says that there is no connection. */ }
  }

  function typed() {
    keep();
    const fits = count();
    if (box.value !== stored) say(fits ? `Not saved yet. ${where()}` : `Not saved: it is too long. ${where()}`);
    if (fits) later("autosave", PAUSE);
    clearTimeout(previewTimer);
    if (fits) previewTimer = setTimeout(preview, 600);
  }

  function restore(text) {
    box.value = text;
    typed();
  }

  box.addEventListener("input", typed);
  box.addEventListener("blur", (event) => {
    if (!event.relatedTarget?.matches(".writing__save .button")) save("autosave");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save("button");
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "s") {
      event.preventDefault();
      save("button");
    }
  });
  function leave() {
    keep();
    if (box.value !== stored) save("leaving");
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
    else if (box.value !== stored) save("autosave"); // Perhaps they have just signed in again.
  });
  addEventListener("pagehide", leave);
  addEventListener("online", () => save("autosave"));
  addEventListener("beforeunload", (event) => {
    if (box.value !== stored && !inBrowser) event.preventDefault();
  });

  const draft = drafts.read();
  const begun = stored !== null && box.value !== stored; // Typed before this script had come.
  if (draft && draft.text === box.value) drafts.forget();
  else if (draft && stored !== null && !begun && draft.base === Number(kept.dataset.newest)) restore(draft.text);
  else if (draft && stored !== null) offer(draft, () => restore(draft.text));
  if (begun) typed();
  else count();
})();
