/* The running total beside the ballot. Without it a press on "算一算合计" does the same. */
"use strict";

for (const form of document.querySelectorAll("[data-ballot]")) {
  const total = form.querySelector("[data-total]");
  const bar = form.querySelector("[data-bar]");
  const numbers = /\d[\d,.]*/g;
  const shape = total.textContent;
  const yuan = (fen) =>
    (fen / 100).toLocaleString("en", { minimumFractionDigits: fen % 100 ? 2 : 0 });
  const say = (values) => {
    let at = 0;
    total.textContent = shape.replace(numbers, (was) => (at < values.length ? values[at++] : was));
  };
  const reckon = () => {
    const fields = [...form.querySelectorAll("input[data-cost]")];
    const chosen = fields.filter((field) => (field.type === "checkbox" ? field.checked : field.value.trim()));
    const cost = chosen.reduce((sum, field) => sum + Number(field.dataset.cost), 0);
    const points = chosen.reduce((sum, field) => sum + (Number(field.value) || 0), 0);
    const kind = form.dataset.kind;
    let part = cost / Number(form.dataset.budget);
    if (kind === "cumulative") {
      part = points / Number(form.dataset.points);
      say([String(points)]);
    } else if (kind === "approval") say([String(chosen.length), yuan(cost)]);
    else say([String(chosen.length)]);
    total.classList.toggle("is-over", kind !== "ordinal" && part > 1);
    if (bar) {
      bar.hidden = false;
      bar.value = Math.min(100, 100 * part);
    }
  };
  form.querySelector("[data-sum]").hidden = true;
  form.addEventListener("input", reckon);
  reckon();
}
