/* A pressed Check is kept with its key until the server has answered: through a lost line, a pause of the
   server, a reload or a new sign-in. The server's time of arrival counts, and nothing is counted twice. */
(() => {
  "use strict";
  if (!globalThis.sheet) return;
  const { address, counts, drop, form, load, notice, parts, result, save } = globalThis.sheet;
  const PAUSES = [2, 4, 8, 15, 30, 60]; // Seconds between tries.
  const TIMED_OUT = 408, TOO_MANY = 429, NOT_SIGNED_IN = 401;
  const tries = new Map();
  const timers = new Map();

  const sent = (context) => {
    const part = context?.request?.body?.get("check");
    return part ? { part, text: context.request.body.get(`answer.${part}`) } : null;
  };

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const pressed = sent(ctx);
    if (!pressed || !counts) return;
    clearTimeout(timers.get(pressed.part));
    const key = ctx.request.body.get(`key.${pressed.part}`);
    save("pending", pressed.part, { text: pressed.text, key });
  });

  function tell(part, id, fill = () => {}) {
    const said = notice(id);
    fill(said);
    result(part).replaceChildren(said);
  }

  /* Screen readers hear once that an answer waits; only the time of the next try changes then. */
  function waits(part, seconds) {
    const shown = result(part).querySelector("[data-waiting]");
    const next = new Date(Date.now() + seconds * 1000).toISOString();
    if (shown && shown.querySelector(".num").textContent === load("pending", part).text) {
      shown.querySelector("time").dateTime = next;
      return;
    }
    tell(part, "waiting", (said) => {
      said.querySelector(".num").textContent = load("pending", part).text;
      said.querySelector("time").dateTime = next;
    });
  }

  function later(part, atLeast) {
    const count = tries.get(part) ?? 0;
    tries.set(part, count + 1);
    /* Not all at the same moment, when the server is back after a pause. */
    const pause = PAUSES[Math.min(count, PAUSES.length - 1)] * (1 + Math.random() / 4);
    const seconds = Math.max(pause, atLeast);
    clearTimeout(timers.get(part));
    timers.set(part, setTimeout(() => send(part), seconds * 1000));
    waits(part, seconds);
  }

  function send(part) {
    clearTimeout(timers.get(part));
    const pending = load("pending", part);
    if (pending === null) return; // Another tab had its answer meanwhile.
    const values = { check: part, [`answer.${part}`]: pending.text, [`key.${part}`]: pending.key };
    htmx.ajax("POST", address, { source: form, swap: "none", values });
  }

  function failed(context) {
    const pressed = sent(context);
    if (!pressed) return;
    const { part } = pressed;
    const status = context.response?.status;
    const away = !status || status < 400 || status >= 500 || status === TIMED_OUT || status === TOO_MANY;
    if (away && !counts) tell(part, "away");
    else if (away) later(part, Number(context.response?.headers.get("Retry-After")) || 0);
    else {
      if (status !== NOT_SIGNED_IN) drop("pending", part);
      tell(part, notice(status) ? status : "refused");
    }
  }
  document.addEventListener("htmx:error", ({ detail }) => failed(detail.ctx));
  document.addEventListener("htmx:response:error", ({ detail }) => failed(detail.ctx));

  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const answered = sent(ctx);
    if (!answered || ctx.response.status >= 400) return;
    /* A page that somebody else put between us, such as a hotel's sign-in, is no answer. */
    if (!ctx.text.includes(`id="result-${answered.part}"`)) return failed(ctx);
    tries.delete(answered.part);
    if (load("pending", answered.part)?.text === answered.text) drop("pending", answered.part);
    document.dispatchEvent(new CustomEvent("answered", { detail: answered }));
  });

  const sendAll = () => parts.filter((part) => load("pending", part)).forEach(send);
  addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  for (const part of parts) if (load("pending", part)) waits(part, 0);
  addEventListener("load", sendAll);
})();
