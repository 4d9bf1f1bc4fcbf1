// Says when the page has stopped being up to date. Plain ES5: it runs on old computers too.
(function () {
  "use strict";
  var last = new Date();
  document.addEventListener("htmx:afterRequest", function (event) {
    var stale = document.getElementById("stale");
    if (event.detail.successful) {
      last = new Date();
      stale.hidden = true;
      return;
    }
    document.getElementById("since").textContent = last.toTimeString().slice(0, 8);
    stale.hidden = false;
  });
})();
