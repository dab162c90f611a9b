/* Keys a, d and p press the button of the same letter, wherever no field is being written in. */
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) { return; }
    var at = event.target;
    if (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) { return; }
    var button = document.querySelector('[data-key="' + String(event.key).toLowerCase().replace(/[^a-z]/g, "") + '"]');
    if (button) { event.preventDefault(); button.click(); }
  });
}());
