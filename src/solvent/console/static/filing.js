/* Files a paste without leaving the page: the report takes the box's place, the address becomes the report's own.
   What cannot be filed is said above the box, where the text stays. Without this file the form leads there by itself. */
(function () {
  "use strict";
  var WAIT_MS = 60000;
  var pages = {}, now = 0, busy = false;

  function say(text) {
    var place = document.getElementById("said");
    if (place) { place.textContent = text; }
  }

  /* Everything of the page that differs between two addresses. */
  function parts(source) {
    return { title: source.title, main: source.querySelector("main"), languages: source.querySelector("nav.languages"), nav: source.querySelector("nav.nav") };
  }

  function put(page) {
    var here = parts(document);
    document.title = page.title;
    ["main", "languages", "nav"].forEach(function (name) {
      if (here[name] && page[name]) { here[name].replaceWith(page[name]); }
    });
  }

  function focus(node) {
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
  }

  /* Scripts that the report's page has and this one lacks; a node out of another document would never run. */
  function scripts(source) {
    return Promise.all(Array.from(source.querySelectorAll("head script[src]"), function (wanted) {
      var address = wanted.getAttribute("src");
      if (document.querySelector('script[src="' + CSS.escape(address) + '"]')) { return null; }
      return new Promise(function (done) {
        var made = document.createElement("script");
        made.src = address;
        made.onload = made.onerror = done;
        document.head.append(made);
      });
    }));
  }

  function show(source, address) {
    var link = new URL(address);
    /* These tell the page something once; the address that people share is without them. */
    link.searchParams.delete("filed");
    link.searchParams.delete("pasted");
    return scripts(source).then(function () {
      var page = parts(source);
      pages[now] = parts(document);
      history.replaceState({ page: now }, "");
      now += 1;
      history.pushState({ page: now }, "", link);
      put({ title: page.title, main: document.adoptNode(page.main), languages: document.adoptNode(page.languages), nav: document.adoptNode(page.nav) });
      document.dispatchEvent(new Event("desk:shown"));
      scrollTo(0, 0);
      focus(document.querySelector("main h1") || document.querySelector("main"));
      say("");
    });
  }

  function refuse(form, title, text) {
    var old = document.querySelector("main .problem");
    if (old) { old.remove(); }
    var problem = document.createElement("div"), line = document.createElement("p"), strong = document.createElement("strong");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    strong.textContent = title;
    line.append(strong, " " + text);
    problem.append(line);
    form.before(problem);
    focus(problem);
  }

  /* A refusal comes as the desk's page, as one of its own, or as the plain page of the door before both. */
  function refused(form, source) {
    var told = source.querySelector("main .problem p");
    var title = told ? told.querySelector("strong") : source.querySelector("h1");
    var token = source.querySelector('form.box-form input[name="csrf"]');
    if (token) { form.elements.csrf.value = token.value; }
    if (!title) { refuse(form, form.dataset.unreachable, ""); return; }
    var words = title.textContent;
    var rest = told ? told.textContent.replace(words, "") : (source.querySelector("h1 ~ p") || title.ownerDocument.createElement("p")).textContent;
    refuse(form, words, rest.trim());
  }

  function wait(form, on) {
    var button = form.querySelector("button[type=submit]"), label = button.firstChild;
    busy = on;
    form.setAttribute("aria-busy", String(on));
    button.setAttribute("aria-disabled", String(on));
    if (on) {
      form.dataset.label = label.textContent;
      label.textContent = form.dataset.busy + " ";
      say(form.dataset.busy);
    } else {
      label.textContent = form.dataset.label;
      say("");
    }
  }

  function send(form) {
    var size = new TextEncoder().encode(form.elements.raw.value).length;
    if (size > Number(form.dataset.bytesMax)) { refuse(form, form.dataset.large, form.dataset.largeStep); return; }
    wait(form, true);
    fetch(form.action, {
      method: "POST",
      /* What the door refuses before any page is told in the browser's language, if not in the page's. */
      headers: { Accept: "text/html", "Accept-Language": document.documentElement.lang },
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(WAIT_MS)
    }).then(function (answer) {
      return answer.text().then(function (text) {
        var source = new DOMParser().parseFromString(text, "text/html");
        wait(form, false);
        if (answer.ok && answer.redirected && source.querySelector("main")) { return show(source, answer.url); }
        refused(form, source);
        return null;
      });
    }).catch(function () {
      if (busy) { wait(form, false); }
      refuse(form, form.dataset.unreachable, form.dataset.unreachableStep);
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form.box-form")) { return; }
    event.preventDefault();
    if (!busy) { send(form); }
  });

  addEventListener("popstate", function (event) {
    var wanted = event.state ? event.state.page : undefined;
    if (wanted === undefined) { return; }
    if (!pages[wanted]) { location.reload(); return; }
    pages[now] = parts(document);
    now = wanted;
    put(pages[wanted]);
    focus(document.querySelector("main h1") || document.querySelector("main"));
  });
})();
