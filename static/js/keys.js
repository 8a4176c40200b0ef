// Keyboard shortcuts of the staff screens, with an off switch (WCAG 2.1.4). A link, button or field names its key in
// aria-keyshortcuts; J and K walk through the visits, C presses the next step of the visit that has the focus.
const OFF = "interval-keys-off";
let listening = false;

function off() {
  try {
    return window.localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

function typing(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function walk(step) {
  const links = [...document.querySelectorAll(".ap h3 a")];
  if (!links.length) return;
  const here = links.findIndex((link) => link.closest(".ap").contains(document.activeElement));
  links[(here + step + links.length) % links.length].focus();
}

function press(key) {
  if (key === "j") return walk(1);
  if (key === "k") return walk(document.activeElement.closest(".ap") ? -1 : 0);
  if (key === "c") return document.activeElement.closest(".ap")?.querySelector(".act button, a.act")?.click();
  const target = [...document.querySelectorAll("[aria-keyshortcuts]")].find(
    (item) => item.getAttribute("aria-keyshortcuts").toLowerCase() === key && item.offsetParent !== null,
  );
  if (!target) return undefined;
  return target.matches("input") ? target.focus() : target.click();
}

function heard(event) {
  if (off() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "/" || key === "?") event.preventDefault();
  press(key);
}

function label(button) {
  button.textContent = off() ? button.dataset.turnOn : button.dataset.turnOff;
}

export function wake(root) {
  for (const button of root.querySelectorAll("[data-keys-switch]")) {
    label(button);
    button.addEventListener("click", () => {
      try {
        window.localStorage.setItem(OFF, off() ? "no" : "yes");
      } catch {
        return;
      }
      label(button);
    });
  }
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", heard);
}
