/* Comforts only: every page works without this file. Loaded before the first paint, so that the chosen theme does not flash. */
(function () {
  "use strict";
  var root = document.documentElement;

  function stored() {
    try { return localStorage.getItem("theme"); } catch (_) { return null; }
  }
  function store(theme) {
    try { localStorage.setItem("theme", theme); } catch (_) { /* a private window: the choice lasts for this page */ }
  }
  var chosen = stored();
  if (chosen === "dark" || chosen === "light") { root.dataset.theme = chosen; }

  function say(text) {
    var place = document.getElementById("said");
    if (place) { place.textContent = text; }
  }

  function themes() {
    var button = document.getElementById("theme");
    if (!button) { return; }
    function dark() {
      return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    }
    function name() {
      var words = dark() ? button.dataset.light : button.dataset.dark;
      button.setAttribute("aria-label", words);
      button.title = words;
    }
    button.hidden = false;
    name();
    button.addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      store(root.dataset.theme);
      name();
    });
  }

  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function copies() {
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      var words = button.textContent;
      button.hidden = false;
      button.addEventListener("click", function () {
        var node = document.getElementById(button.dataset.copy);
        function done() {
          button.textContent = button.dataset.done;
          say(button.dataset.done);
          setTimeout(function () { button.textContent = words; say(""); }, 2000);
        }
        /* Without a secure context there is no clipboard: the text is selected, one key remains. */
        if (navigator.clipboard) {
          navigator.clipboard.writeText(node.textContent).then(done, function () { select(node); });
        } else {
          select(node);
          if (document.execCommand("copy")) { done(); }
        }
      });
    });
  }

  function box() {
    var area = document.getElementById("raw");
    if (!area) { return; }
    document.querySelectorAll("[data-keys]").forEach(function (hint) {
      if (/Mac|iPhone|iPad/.test(navigator.platform)) { hint.textContent = "⌘ ↵"; }
      hint.hidden = false;
    });
    area.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        area.form.requestSubmit();
      }
    });
    document.querySelectorAll("[data-fill]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        area.value = document.getElementById(button.dataset.fill).textContent;
        area.focus();
        area.scrollIntoView({ block: "center" });
      });
    });
  }

  /* Instants stand in UTC; whoever points at one reads the own clock's time too. */
  function clocks() {
    document.querySelectorAll("time[datetime*=T]").forEach(function (place) {
      var at = new Date(place.dateTime);
      if (!isNaN(at)) { place.title = at.toLocaleString(root.lang, { timeZoneName: "short" }); }
    });
  }

  function countdowns() {
    var words = new Intl.RelativeTimeFormat(root.lang);
    document.querySelectorAll("[data-until]").forEach(function (place) {
      var until = Date.parse(place.dataset.until);
      if (isNaN(until)) { return; }
      function over() {
        var answer = place.parentNode.querySelector("[data-now]");
        place.textContent = place.dataset.passed;
        if (answer) { answer.textContent = answer.dataset.now; }
      }
      function show() {
        var left = Math.ceil((until - Date.now()) / 1000);
        place.hidden = false;
        if (left <= 0) { over(); return; }
        place.textContent = left < 120 ? words.format(left, "second")
          : left < 7200 ? words.format(Math.ceil(left / 60), "minute")
          : left < 259200 ? words.format(Math.ceil(left / 3600), "hour")
          : words.format(Math.ceil(left / 86400), "day");
        setTimeout(show, left < 180 ? 1000 : 30000);
      }
      show();
    });
  }

  function comforts() { copies(); box(); clocks(); countdowns(); }

  document.addEventListener("DOMContentLoaded", function () { themes(); comforts(); });
  /* A report took the place of the page's content (`filing.js`). */
  document.addEventListener("desk:shown", comforts);
})();
