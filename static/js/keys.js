// Keyboard shortcuts of the staff screens, loaded unless the person has turned them off (WCAG 2.1.4). A link, button
// or field names its key in aria-keyshortcuts. J and K walk through visits, rows and tasks; C takes the next step of
// the visit that has the focus, B books for the one that has the focus.
const ROWS = ".ap h3 a, .wk a, tbody th[scope=row] a, .todo .t[href]";
const AROUND = ".ap, .wk, tr, .todo li";
let listening = false;

function typing(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function seen(item) {
  return item.getClientRects().length > 0;
}

function walk(step) {
  const links = [...document.querySelectorAll(ROWS)].filter((link) => link.closest("main") && seen(link));
  if (!links.length) return;
  const around = document.activeElement.closest(AROUND);
  const here = links.findIndex((link) => link.closest(AROUND) === around);
  const next = here < 0 && step < 0 ? links.length - 1 : here + step;
  links[(next + links.length) % links.length].focus();
}

function nextStep() {
  const around = document.activeElement.closest(AROUND);
  const step = around ? around.querySelector(".act button, .act a") : named("c", ":not(.act > *)");
  step?.click();
}

function bookFor() {
  const around = document.activeElement.closest(AROUND);
  const booking = around?.querySelector('a[href$="/booking/"]');
  if (booking) booking.click();
  else if (around?.dataset.book) window.location.assign(around.dataset.book);
  else named("b")?.click();
}

// What the page itself offers goes before what the rail offers.
function named(key, only = "") {
  const found = [...document.querySelectorAll(`[aria-keyshortcuts]${only}`)].filter(
    (item) => item.getAttribute("aria-keyshortcuts").toLowerCase() === key && seen(item),
  );
  return found.find((item) => item.closest("main")) ?? found[0];
}

function press(key) {
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  if (key === "c") return nextStep();
  if (key === "b") return bookFor();
  const target = named(key);
  return target?.matches("input") ? target.focus() : target?.click();
}

function heard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "/" || key === "?") event.preventDefault();
  press(key);
}

export function wake() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", heard);
}
