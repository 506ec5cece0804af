"use strict";
// Keeps list and conversation fresh without touching what is being typed.
(() => {
  const desk = document.querySelector("main.desk");
  const form = document.getElementById("reply");
  const scroll = document.getElementById("scroll");
  const shown = new Map();
  let revision = desk.dataset.revision;

  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const toEnd = () => { if (scroll) scroll.scrollTop = scroll.scrollHeight; };

  async function refresh(name) {
    const place = document.getElementById(name);
    if (!place) return;
    const answer = await fetch(`${location.pathname}?part=${name}`);
    if (!answer.ok) return;
    const html = await answer.text();
    if (shown.get(name) === html) return;
    shown.set(name, html);
    const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
    const focused = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const stay = name !== "conversation" || !atEnd();
    place.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    if (!stay) toEnd();
  }

  async function look() {
    try {
      const answer = await fetch(`${desk.dataset.news}?since=${revision}`);
      if (answer.ok) {
        const news = await answer.json();
        if (news.changed) {
          // The conversation first: reading it takes the new mark off the list.
          await refresh("conversation");
          await refresh("list");
          revision = news.revision;
        }
      }
    } catch {
      // The desk is away for a moment; the next look will tell.
    }
    setTimeout(look, 1000);
  }

  function showFailure(text) {
    const line = document.getElementById("trouble");
    line.textContent = text;
    line.hidden = !text;
  }

  function prepareReply() {
    const text = form.elements.text;
    const key = `draft-${form.dataset.ticket}`;
    const answering = document.getElementById("answering");
    const name = answering.querySelector("strong");
    const latest = document.getElementById("answer-latest");

    text.value = text.value || sessionStorage.getItem(key) || "";
    text.addEventListener("input", () => sessionStorage.setItem(key, text.value));

    const answer = (id, who) => {
      form.elements.answer_to.value = id;
      name.textContent = who || name.dataset.default;
      latest.hidden = !id;
    };
    latest.addEventListener("click", () => answer("", ""));
    document.getElementById("conversation").addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (!button) return;
      answer(button.dataset.answer, button.dataset.name);
      form.elements.kind.value = "public";
      showKind();
      text.focus();
    });

    const showKind = () => {
      const note = form.elements.kind.value === "note";
      form.className = note ? "reply note" : "reply public";
      text.placeholder = note ? "Write a note only your team can read…" : "Write a reply everybody can read…";
      form.querySelector("button[type=submit]").textContent = note ? "Save note" : "Send";
    };
    for (const one of form.elements.kind) one.addEventListener("change", showKind);
    showKind();

    const files = form.elements.files;
    const showFiles = () => {
      const names = [...files.files].map((one) => one.name);
      document.getElementById("chosen").textContent = names.join(", ");
    };
    files.addEventListener("change", showFiles);

    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button[type=submit]");
      button.disabled = true;
      showFailure("");
      try {
        const sent = await fetch(form.action, {
          method: "POST",
          body: new FormData(form),
          headers: { Accept: "application/json" },
        });
        if (sent.ok) {
          text.value = "";
          files.value = "";
          sessionStorage.removeItem(key);
          showFiles();
          answer("", "");
          await refresh("conversation");
          await refresh("list");
          toEnd();
          if (form.elements.status.value === "closed") location.reload();
        } else {
          showFailure(`Not saved: ${await sent.text()}`);
        }
      } catch {
        showFailure("Not saved: the desk cannot be reached. Your text is still here; try again.");
      }
      button.disabled = false;
    });
  }

  // A picture that cannot be loaded gives way to the initial beneath it.
  document.addEventListener("error", (event) => {
    if (event.target.matches?.(".face img")) event.target.remove();
  }, true);

  if (form) prepareReply();
  toEnd();
  look();
})();
