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

export function wake(root) {
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
