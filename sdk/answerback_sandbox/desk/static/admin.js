"use strict";
// Opens admin UIs in their frame, and makes the buttons of the Channels page work.
(() => {
  document.getElementById("open-admin-ui")?.submit();

  async function act(button, method, url) {
    button.disabled = true;
    await fetch(url, { method });
    location.reload();
  }
  for (const button of document.querySelectorAll("button[data-post]")) {
    button.addEventListener("click", () => act(button, "POST", button.dataset.post));
  }
  for (const button of document.querySelectorAll("button[data-delete]")) {
    button.addEventListener("click", () => {
      if (confirm(button.dataset.sure)) act(button, "DELETE", button.dataset.delete);
    });
  }

  const install = document.getElementById("install");
  install?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(install.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ manifest_url: install.elements.manifest_url.value }),
    });
    if (answer.status === 201 || answer.status === 422) return location.reload();
    const line = document.getElementById("install-trouble");
    line.textContent = "The integration could not be installed. See Rules.";
    line.hidden = false;
  });

  for (const place of document.querySelectorAll("[data-health]")) {
    fetch(place.dataset.health)
      .then((answer) => answer.json())
      .then((told) => {
        place.textContent = `health: ${told.healthy ? "good" : "not good"} (${told.outcome})`;
        place.className = told.healthy ? "good" : "bad";
      });
  }
})();
