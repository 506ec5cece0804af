// In a narrow window one of the two is shown at a time; in a wide one both, always.
const narrow = window.matchMedia("(max-width: 899px)");
const tabs = [...document.querySelectorAll("[role=tab]")];
let shown = "square";

function arrange() {
  for (const tab of tabs) {
    const name = tab.getAttribute("aria-controls");
    tab.setAttribute("aria-selected", String(name === shown));
    document.getElementById(name).hidden = narrow.matches && name !== shown;
  }
}

for (const tab of tabs) {
  tab.addEventListener("click", () => {
    shown = tab.getAttribute("aria-controls");
    arrange();
  });
}
narrow.addEventListener("change", arrange);
arrange();
