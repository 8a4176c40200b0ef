// Loaded on every page. It finds the error summary, lets a form be sent once, closes menus,
// and fetches the other modules only where a page has something for them. Nothing here is needed to use a page.
const MODULES = { ".stepper": "./stepper.js", "[data-shown-by]": "./disclose.js" };
const SENT_FOR_MS = 20000;

async function wake(root) {
  for (const [selector, path] of Object.entries(MODULES)) {
    if (root.matches?.(selector) || root.querySelector(selector)) {
      const module = await import(path);
      module.wake(root);
    }
  }
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
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
  window.addEventListener("load", () => later(() => import("./keys.js").then((keys) => keys.wake(document))));
}
