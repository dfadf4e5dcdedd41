/* Shows what a model says while it says it, sentence by sentence as they come checked. Without this file the form waits and leads on. */
(function () {
  "use strict";

  function node(place, name, step) {
    var part = place.querySelector('[data-part="' + name + '"]');
    if (!part) { return null; }
    var group = place.querySelector('[data-group="' + name + '"]');
    if (group) { group.hidden = false; }
    if (part.tagName !== "OL") { return part; }
    while (part.children.length <= step) { part.appendChild(document.createElement("li")); }
    return part.children[step];
  }

  /* One event of the stream: text and nothing else ever reaches the page. */
  function take(event, place, glue) {
    var name = "", data = "";
    event.split("\n").forEach(function (line) {
      if (line.indexOf("event: ") === 0) { name = line.slice(7); }
      if (line.indexOf("data: ") === 0) { data += line.slice(6); }
    });
    if (!data) { return null; }
    var told = JSON.parse(data);
    if (name === "piece") {
      var spot = node(place, told.field, told.step);
      if (spot) { spot.textContent += (spot.textContent ? glue : "") + told.text; }
      return null;
    }
    return name === "end" ? told : null;
  }

  function listen(form) {
    var place = form.parentNode.querySelector("[data-said]");
    var state = place.querySelector("[data-state]");
    var button = form.querySelector("button");
    var glue = form.elements.lang.value === "zh" ? "" : " ";
    function failed() {
      state.textContent = form.dataset.failed;
      button.disabled = false;
    }
    button.disabled = true;
    place.hidden = false;
    state.textContent = form.dataset.waiting;
    place.querySelectorAll("p[data-part]").forEach(function (part) { part.textContent = ""; });
    place.querySelectorAll("ol[data-part]").forEach(function (part) { part.replaceChildren(); });
    fetch(form.action, {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(new FormData(form)).toString()
    }).then(function (answer) {
      if (!answer.ok || (answer.headers.get("content-type") || "").indexOf("text/event-stream") !== 0) {
        /* A refusal is a page of its own: the form leads there. */
        form.submit();
        return null;
      }
      var reader = answer.body.getReader(), decoder = new TextDecoder(), rest = "";
      function step(part) {
        rest += decoder.decode(part.value || new Uint8Array(), { stream: !part.done });
        var events = rest.split("\n\n");
        rest = events.pop();
        var end = null;
        events.forEach(function (event) { end = take(event, place, glue) || end; });
        if (end) {
          state.textContent = end.trouble;
          location.replace(end.to);
          /* Only the part behind the `#` may differ, which loads nothing by itself. */
          if (end.to.split("#")[0] === location.pathname + location.search) { location.reload(); }
          return null;
        }
        if (part.done) { failed(); return null; }
        return reader.read().then(step);
      }
      return reader.read().then(step);
    }).catch(failed);
  }

  function start() {
    document.querySelectorAll("form[data-ask]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        listen(form);
      });
      if ("now" in form.dataset) { listen(form); }
    });
  }

  document.addEventListener("DOMContentLoaded", start);
  /* A report took the place of the page's content (`filing.js`). */
  document.addEventListener("desk:shown", start);
})();
