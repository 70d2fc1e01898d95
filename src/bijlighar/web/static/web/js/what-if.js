/* The slider and the number say the same; either asks for a new answer. */
(function () {
  "use strict";

  const form = document.querySelector("[data-what-if]");
  if (!form) return;
  const slider = form.querySelector("[data-more]");
  const number = form.elements.more;

  form.addEventListener("input", function (event) {
    if (event.target === slider) number.value = slider.value;
    else if (/^\d+$/.test(number.value)) slider.value = number.value;
  });
})();
