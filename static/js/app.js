// Loaded on every page. It finds the error summary, lets a form be sent once, closes menus, and wakes steppers and
// dependent blocks. Nothing here is needed to use a page. One file, because every file is a request of the first load.
const SENT_FOR_MS = 20000;

function wake(root) {
  wakeSteppers(root);
  wakeBlocks(root);
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
}

// − and + beside a number. Without script the field is an ordinary text field and the buttons stay hidden.
// <span class="stepper"><button type="button" data-by="-0.25" hidden>−</button><input …><button data-by="0.25" hidden>…
function decimals(step) {
  return (String(step).split(".")[1] ?? "").length;
}

function turn(input, by) {
  const comma = input.value.includes(",");
  const now = Number.parseFloat(input.value.replace(",", "."));
  const low = input.dataset.min === undefined ? -Infinity : Number(input.dataset.min);
  const high = input.dataset.max === undefined ? Infinity : Number(input.dataset.max);
  const start = Number.isNaN(now) ? (Number.isFinite(low) ? low - by : 0) : now;
  const next = Math.min(high, Math.max(low, start + by)).toFixed(decimals(Math.abs(by)));
  input.value = comma ? next.replace(".", ",") : next;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function wakeSteppers(root) {
  const steppers = root.matches?.(".stepper") ? [root] : root.querySelectorAll(".stepper");
  for (const stepper of steppers) {
    if (stepper.dataset.awake) continue;
    stepper.dataset.awake = "yes";
    const input = stepper.querySelector("input");
    const buttons = stepper.querySelectorAll("button[data-by]");
    for (const button of buttons) {
      button.hidden = false;
      button.addEventListener("click", () => turn(input, Number(button.dataset.by)));
    }
    const by = Math.abs(Number(buttons[0]?.dataset.by ?? 1));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      turn(input, event.key === "ArrowUp" ? by : -by);
    });
  }
}

// Shows a block only while a field has one of some values. Without script the block is always there.
// <div data-shown-by="cold_sores" data-shown-when="yes not_sure">…</div>
function values(form, name) {
  return [...form.elements]
    .filter((field) => field.name === name)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => field.value);
}

function wakeBlocks(root) {
  const blocks = root.matches?.("[data-shown-by]") ? [root] : root.querySelectorAll("[data-shown-by]");
  for (const block of blocks) {
    const form = block.closest("form");
    if (!form || block.dataset.awake) continue;
    block.dataset.awake = "yes";
    const wanted = block.dataset.shownWhen.split(" ");
    const look = () => {
      const found = values(form, block.dataset.shownBy).some((value) => wanted.includes(value));
      block.hidden = !found && !block.querySelector(".has-error");
    };
    form.addEventListener("change", look);
    look();
  }
}

// Sending once: the button stays reachable and says that it is busy; coming back to the page frees it.
function busy(form, on) {
  if (on) form.dataset.sent = "yes";
  else delete form.dataset.sent;
  const outside = form.id ? [...document.querySelectorAll(`button[form="${form.id}"]`)] : [];
  for (const button of [...form.querySelectorAll("button, input[type=submit]"), ...outside]) {
    if (on) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  busy(form, true);
  window.setTimeout(() => busy(form, false), SENT_FOR_MS);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) busy(form, false);
});
// A draft that saves itself keeps nobody from pressing a button meanwhile.
function isSubmit(event) {
  return event.target instanceof HTMLFormElement && event.detail.requestConfig.triggeringEvent?.type === "submit";
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSubmit(event)) busy(event.target, true);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (isSubmit(event)) busy(event.target, false);
});

// Menus are <details>: they open without script; script closes them again.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus();
  open?.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) wake(event.target);
});
document.querySelector(".errsum")?.focus();
wake(document);

// Shortcuts can wait until the page stands.
if (document.body.matches("[data-keys]")) {
  const later = window.requestIdleCallback ?? ((task) => window.setTimeout(task, 200));
  window.addEventListener("load", () => later(() => import("./keys.js").then((keys) => keys.wake())));
}
