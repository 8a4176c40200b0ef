// Shows a block only while a field has one of some values. Without script the block is always there.
// <div data-shown-by="cold_sores" data-shown-when="yes not_sure">…</div>
function values(form, name) {
  return [...form.elements]
    .filter((field) => field.name === name)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => field.value);
}

export function wake(root) {
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
