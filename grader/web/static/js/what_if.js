/* A slider for the tolerances of the list: it moves the list, and htmx asks for what changes. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-what-if]");
  if (!form) return;
  const list = form.querySelector("select");
  const slider = form.querySelector("input[type=range]");

  function follow() {
    slider.value = list.selectedIndex;
    slider.setAttribute("aria-valuetext", list.options[list.selectedIndex].text);
  }

  slider.closest("[hidden]").hidden = false;
  form.querySelector("button").hidden = true;
  list.addEventListener("change", follow);
  slider.addEventListener("input", (event) => {
    event.stopPropagation();
    list.selectedIndex = Number(slider.value);
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  slider.addEventListener("change", (event) => event.stopPropagation());
  follow();
})();
