/* Filling in a questionnaire: one part at a time, skipping what is not asked, and offline.
   The server checks everything again; an answer it does not take comes back to its question. */
"use strict";

const form = document.getElementById("whole");
const said = document.getElementById("said");
const parts = [...form.querySelectorAll("[data-part]")];
const asked = [...form.querySelectorAll("[data-path]")];
const start = form.querySelector("[data-start]");
const ways = form.querySelector("[data-ways]");
const offline = "offline" in form.dataset;
const calculations = JSON.parse(form.dataset.calculations || "[]");
const QUEUE = "gz-survey-queue";
const DRAFT = `gz-survey-draft-${form.dataset.survey}`;
let part = 0;

const kept = (name, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const keep = (name, value) => {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false; // storage is full or forbidden: sending still works
  }
};

/* The expressions of XLSForm, as trees that the server wrote. */

const DAY = 86400000;
const number = (value) => {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number") return value;
  const text = String(Array.isArray(value) ? (value[0] ?? "") : value).trim();
  if (/^\d{4}-\d\d-\d\d/.test(text)) return Math.floor(Date.parse(text.slice(0, 10)) / DAY);
  return text === "" ? NaN : Number(text);
};
const text = (value) => {
  if (Array.isArray(value)) return value[0] ?? "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return String(value);
};
const truth = (value) =>
  typeof value === "number" ? value !== 0 && !Number.isNaN(value) : Boolean(value);
const same = (a, b) => {
  if (typeof a === "boolean" || typeof b === "boolean") return truth(a) === truth(b);
  if (typeof a === "number" || typeof b === "number") return number(a) === number(b);
  return text(a) === text(b);
};
const today = () => {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
};
const words = (value) => text(value).split(/\s+/).filter(Boolean);
const CALLS = {
  selected: ([a, b]) => words(a).includes(text(b).trim()),
  "count-selected": ([a]) => words(a).length,
  "selected-at": ([a, b]) => words(a)[number(b)] ?? "",
  coalesce: (values) => values.find((each) => text(each) !== "") ?? "",
  if: ([a, b, c]) => (truth(a) ? b : c),
  once: ([a]) => a,
  not: ([a]) => !truth(a),
  true: () => true,
  false: () => false,
  boolean: ([a]) => truth(a),
  number: ([a]) => number(a),
  string: ([a]) => text(a),
  int: ([a]) => Math.trunc(number(a)),
  round: ([a, b]) => {
    const power = 10 ** (b === undefined ? 0 : number(b));
    return Math.floor(number(a) * power + 0.5) / power;
  },
  floor: ([a]) => Math.floor(number(a)),
  ceiling: ([a]) => Math.ceil(number(a)),
  abs: ([a]) => Math.abs(number(a)),
  concat: (values) => values.map(text).join(""),
  contains: ([a, b]) => text(a).includes(text(b)),
  "starts-with": ([a, b]) => text(a).startsWith(text(b)),
  "ends-with": ([a, b]) => text(a).endsWith(text(b)),
  "string-length": ([a]) => [...text(a)].length,
  today,
};
const OPERATORS = {
  "=": same,
  "!=": (a, b) => !same(a, b),
  "<": (a, b) => number(a) < number(b),
  "<=": (a, b) => number(a) <= number(b),
  ">": (a, b) => number(a) > number(b),
  ">=": (a, b) => number(a) >= number(b),
  "+": (a, b) => number(a) + number(b),
  "-": (a, b) => number(a) - number(b),
  "*": (a, b) => number(a) * number(b),
  div: (a, b) => number(a) / number(b),
  mod: (a, b) => number(a) % number(b),
  and: (a, b) => truth(a) && truth(b),
  or: (a, b) => truth(a) || truth(b),
};

class Unknown extends Error {} // a function this page does not know: the server decides

const evaluate = (tree, answers, path) => {
  const [kind, first, second] = tree;
  if (kind === "number" || kind === "text") return first;
  if (kind === "of") {
    const beside = path.includes(".") ? `${path.slice(0, path.lastIndexOf("."))}.${first}` : first;
    return answers[beside] ?? answers[first] ?? "";
  }
  if (kind === "self") return answers[path] ?? "";
  if (kind === "minus") return -number(evaluate(first, answers, path));
  if (kind === "call") {
    if (!(first in CALLS)) throw new Unknown(first);
    return CALLS[first](second.map((each) => evaluate(each, answers, path)));
  }
  if (!(kind in OPERATORS)) throw new Unknown(kind);
  return OPERATORS[kind](evaluate(first, answers, path), evaluate(second, answers, path));
};

/* Answers */

const fields = (block) => [...block.querySelectorAll("[name^='q-']")];
const answerOf = (block) => {
  const found = fields(block).filter((each) => !/radio|checkbox/.test(each.type) || each.checked);
  return found.map((each) => each.value).join(" ").trim();
};
const answersNow = () => {
  const answers = {};
  for (const block of asked) if (!block.hidden) answers[block.dataset.path] = answerOf(block);
  for (const [name, tree] of calculations) {
    try {
      answers[name] = text(evaluate(tree, answers, name));
    } catch {
      answers[name] = "";
    }
  }
  return answers;
};

const settle = () => {
  for (let round = 0; round < 6; round++) {
    const answers = answersNow();
    let changed = false;
    for (const block of asked) {
      if (!block.dataset.rule) continue;
      let shown = true;
      try {
        shown = truth(evaluate(JSON.parse(block.dataset.rule), answers, block.dataset.path));
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
      }
      changed ||= block.hidden === shown;
      block.hidden = !shown;
      for (const field of fields(block)) field.disabled = !shown;
    }
    for (const label of form.querySelectorAll("[data-words]"))
      label.textContent = label.dataset.words.replace(
        /\$\{\s*([^}\s]*)\s*\}/g,
        (whole, name) => chosenWords(name) || answers[name] || "…",
      );
    if (!changed) return;
  }
};
const chosenWords = (name) =>
  document
    .getElementById(`a-${name}`)
    ?.querySelector("input:checked + span")
    ?.textContent.trim();

const given = () => {
  const found = {};
  for (const block of asked) {
    if (block.hidden || !fields(block).length) continue;
    const path = block.dataset.path.split(".");
    const answer = answerOf(block);
    if (path.length === 1) found[path[0]] = answer;
    else {
      const copies = (found[path[0]] ??= []);
      (copies[Number(path[1])] ??= {})[path[2]] = answer;
    }
  }
  return found;
};

/* One part at a time */

const living = () => parts.filter((each) => asked.some((b) => each.contains(b) && !b.hidden));
const open = () => {
  const shown = living();
  part = Math.min(Math.max(part, 0), shown.length - 1);
  for (const each of parts) each.hidden = each !== shown[part];
  start.hidden = part > 0;
  const last = part === shown.length - 1;
  ways.querySelector("[data-submit]").hidden = !last;
  ways.querySelector("[data-next]").hidden = last;
  ways.querySelector("[data-back]").hidden = part === 0;
  const far = form.dataset.page.replace("{n}", part + 1).replace("{m}", shown.length);
  document.getElementById("far").textContent = far;
};
const complain = (block, reason) => {
  block.classList.add("field--wrong");
  let list = block.querySelector(".errorlist");
  if (!list) {
    list = document.createElement("ul");
    list.className = "errorlist";
    (block.querySelector("legend, label") ?? block).after(list);
  }
  const line = document.createElement("li");
  line.textContent = reason;
  list.replaceChildren(line);
};
const content = (block) => {
  block.classList.remove("field--wrong");
  block.querySelector(".errorlist")?.remove();
};
const checkPart = () => {
  const here = asked.filter((each) => living()[part].contains(each) && !each.hidden);
  let first = null;
  for (const block of here) {
    if ("required" in block.dataset && answerOf(block) === "") {
      complain(block, form.dataset.need);
      first ??= block;
    } else content(block);
  }
  first?.scrollIntoView({ block: "center" });
  first?.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  return !first;
};
const turn = (by) => {
  if (by > 0 && !checkPart()) return;
  part += by;
  open();
  window.scrollTo({ top: form.offsetTop });
  living()[part].querySelector("h2, legend, label")?.scrollIntoView?.({ block: "nearest" });
};
const button = (name, label, by) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button--big${by < 0 ? " button--outline" : ""}`;
  made.dataset[name] = "";
  made.textContent = label;
  made.addEventListener("click", () => turn(by));
  return made;
};

/* Drafts and sending */

const tell = (message, tone = "info") => {
  const box = document.createElement("div");
  box.className = `notice notice--${tone}`;
  box.textContent = message;
  said.replaceChildren(box);
};
const saveDraft = () => keep(DRAFT, { key: form.elements.key.value, given: given() });
const restore = () => {
  const draft = kept(DRAFT, null);
  if (!draft?.given) return;
  form.elements.key.value = draft.key;
  const flat = {};
  for (const [name, answer] of Object.entries(draft.given))
    if (Array.isArray(answer))
      answer.forEach((copy, n) => {
        for (const [inner, each] of Object.entries(copy ?? {})) flat[`${name}.${n}.${inner}`] = each;
      });
    else flat[name] = answer;
  for (const block of asked) {
    const answer = flat[block.dataset.path];
    if (!answer) continue;
    for (const field of fields(block))
      if (/radio|checkbox/.test(field.type)) field.checked = words(answer).includes(field.value);
      else field.value = answer;
  }
  tell(form.dataset.draft);
};

/* "sent", "refused" (nothing will change that), or "later" (no network, or the server is busy) */
const send = async (letter) => {
  let answer;
  try {
    answer = await fetch(form.dataset.send, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(letter),
      credentials: "omit",
    });
  } catch {
    return { outcome: "later" };
  }
  if (answer.ok) return { outcome: "sent" };
  if (answer.status === 429 || answer.status >= 500) return { outcome: "later" };
  const told = await answer.json().catch(() => ({ reason: "" }));
  return { outcome: "refused", ...told };
};

let flushing = false;
const flush = async () => {
  if (flushing || !navigator.onLine) return;
  flushing = true;
  try {
    for (const letter of kept(QUEUE, [])) {
      const { outcome, reason } = await send(letter);
      if (outcome === "later") return;
      keep(
        QUEUE,
        kept(QUEUE, []).filter((each) => each.key !== letter.key),
      );
      tell(outcome === "sent" ? form.dataset.sent : reason, outcome === "sent" ? "good" : "bad");
    }
  } finally {
    flushing = false;
  }
};

const goToFaults = (faults) => {
  for (const { path, reason } of faults) {
    const block = document.getElementById(`a-${path}`);
    if (block) complain(block, reason);
  }
  const first = faults.map(({ path }) => document.getElementById(`a-${path}`)).find(Boolean);
  part = Math.max(living().findIndex((each) => first && each.contains(first)), 0);
  open();
  first?.scrollIntoView({ block: "center" });
};

const submit = async (event) => {
  event.preventDefault();
  if (!checkPart()) return;
  const letter = {
    survey: Number(form.dataset.survey),
    key: form.elements.key.value,
    code: form.elements.code?.value ?? "",
    place: form.elements.place?.value ?? "",
    given: given(),
  };
  const { outcome, reason, faults } = await send(letter);
  if (outcome === "refused") {
    tell(reason, "bad");
    said.scrollIntoView({ block: "center" });
    if (faults) goToFaults(faults);
    return;
  }
  if (outcome === "sent") {
    localStorage.removeItem(DRAFT);
    window.location.assign(form.dataset.thanks);
    return;
  }
  const queue = kept(QUEUE, []).filter((each) => each.key !== letter.key);
  if (!keep(QUEUE, [...queue, letter])) return;
  localStorage.removeItem(DRAFT);
  form.hidden = true;
  tell(form.dataset.kept);
};

const workOffline = async () => {
  window.addEventListener("online", flush);
  if (kept(QUEUE, []).length) tell(form.dataset.waiting);
  flush();
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(form.dataset.worker, { scope: "/survey/" });
  const { active } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data === "kept") document.documentElement.dataset.offlineReady = "";
  });
  const loaded = [...document.querySelectorAll("link[rel=stylesheet], script[src]")];
  const faces = loaded.map((each) => each.href || each.src);
  active.postMessage([window.location.href, ...faces]);
};

ways.prepend(button("next", form.dataset.next, 1));
ways.append(button("back", form.dataset.back, -1));
const far = document.createElement("p");
far.id = "far";
far.className = "soft";
form.prepend(far);
form.addEventListener("input", () => {
  settle();
  if (offline) saveDraft();
});
if (offline) {
  restore();
  form.addEventListener("submit", submit);
  workOffline();
}
settle();
const wrong = form.querySelector(".field--wrong");
if (wrong) part = Math.max(living().findIndex((each) => each.contains(wrong)), 0);
open();
