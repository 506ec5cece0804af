// The form in which a person writes: a new post, an answer to one, or another wording of one.
"use strict";

const composer = (() => {
  const part = (id) => document.getElementById(id);
  const form = part("composer");
  const text = part("text");
  const limit = Number(part("left").dataset.limit);
  let target = null; // {kind: "reply" | "edit", id, author, visibility}
  let written = ""; // What stood here before an edit took its place.

  const remembered = (name, value) => {
    // In a frame of another site the browser may refuse to remember; then nothing is remembered.
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch (refused) {
      console.debug("the browser keeps nothing for this frame", refused.name);
    }
    return null;
  };

  // As Mastodon counts: what a reader sees, links as 23, handles without their server.
  const counted = (words) => {
    const shortened = words
      .replace(/https?:\/\/(?:[\w-]+\.)+[a-z]{2,}[^\s<>"]*/gi, "x".repeat(23))
      .replace(/(^|[^=/\w])@(\w+)@[\w.:-]*\w/g, "$1@$2");
    const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    return [...clusters.segment(shortened)].length;
  };

  const count = () => {
    const left = limit - counted(text.value) - counted(part("spoiler").value);
    part("left").textContent = left;
    part("left").classList.toggle("over", left < 0);
  };

  const warn = (on) => {
    part("warning-row").hidden = !on;
    part("warn").setAttribute("aria-expanded", String(on));
    if (!on) part("spoiler").value = "";
  };

  const explain = () => {
    part("hint").hidden = part("visibility").value !== "direct";
  };

  const complain = (words) => {
    part("error").textContent = words;
    part("error").hidden = !words;
  };

  const withoutPhoto = () => {
    if (part("preview").src) URL.revokeObjectURL(part("preview").src);
    part("photo").value = "";
    part("alt").value = "";
    part("preview").removeAttribute("src");
    part("photo-row").hidden = true;
  };

  const setPerson = (name, language = true) => {
    const select = part("person");
    if ([...select.options].some((one) => one.value === name)) select.value = name;
    const chosen = select.selectedOptions[0];
    if (!chosen) return;
    part("face").src = `/avatars/${encodeURIComponent(select.value)}.png`;
    if (language) part("language").value = chosen.dataset.language;
    document.dispatchEvent(new CustomEvent("person"));
  };

  const aim = (next) => {
    target = next;
    const editing = target?.kind === "edit";
    part("target").hidden = !target;
    part("target-words").textContent = !target ? "" : editing
      ? `Editing a post of @${target.author}` : `Answering @${target.author}`;
    part("composer-title").textContent = !target ? "Say something" : editing ? "Edit" : "Answer";
    part("send").textContent = editing ? "Save" : "Post";
    part("person").disabled = editing;
    part("visibility").disabled = editing;
    part("photo-label").hidden = editing;
    part("photo").disabled = editing;
    complain("");
  };

  const clear = () => {
    text.value = "";
    warn(false);
    withoutPhoto();
    aim(null);
    part("visibility").value = "public";
    setPerson(remembered("person") || part("person").value);
    explain();
    count();
  };

  const show = () => {
    count();
    explain();
    form.scrollIntoView({ block: "nearest" });
    text.focus({ preventScroll: true });
    text.setSelectionRange(text.value.length, text.value.length);
    const box = form.getBoundingClientRect();
    if (box.top < 60) window.scrollBy(0, box.top - 70);
  };

  const reply = (post) => {
    if (target?.kind === "edit") clear();
    const own = post.author === part("person").value;
    const handle = own ? "" : `@${post.author} `;
    if (!text.value.includes(handle.trim())) text.value = handle + text.value;
    if (post.spoiler && !part("spoiler").value) {
      warn(true);
      part("spoiler").value = post.spoiler.startsWith("re: ") ? post.spoiler : `re: ${post.spoiler}`;
    }
    part("visibility").value = post.visibility === "private" ? "direct" : post.visibility;
    aim({ kind: "reply", ...post });
    show();
  };

  const edit = (post) => {
    if (target?.kind !== "edit") written = text.value;
    setPerson(post.author, false);
    text.value = post.text;
    warn(Boolean(post.spoiler));
    part("spoiler").value = post.spoiler;
    part("language").value = post.language || "en";
    part("visibility").value = post.visibility;
    aim({ kind: "edit", ...post });
    show();
  };

  const send = async () => {
    const sent = new FormData(form);
    let path = "/_sandbox/posts";
    const editing = target?.kind === "edit";
    if (editing) path += `/${target.id}`;
    if (target?.kind === "reply") sent.append("in_reply_to_id", target.id);
    part("send").disabled = true;
    try {
      const answer = await fetch(path, { method: editing ? "PUT" : "POST", body: sent });
      const body = await answer.json();
      if (!answer.ok) {
        complain(body.error.replace("Validation failed: ", ""));
        return;
      }
      if (!editing) remembered("person", part("person").value);
      clear();
      text.value = editing ? written : "";
      written = "";
      count();
      document.dispatchEvent(new CustomEvent("said", { detail: body.id }));
    } catch (failure) {
      complain(`The square did not answer (${failure.message}). Your words are still here.`);
    } finally {
      part("send").disabled = false;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    if (event.key === "Escape" && target) part("cancel").click();
  });
  form.addEventListener("input", count);
  part("cancel").addEventListener("click", () => {
    const back = target?.kind === "edit" ? written : text.value;
    clear();
    text.value = back;
    written = "";
    count();
  });
  part("person").addEventListener("change", () => {
    setPerson(part("person").value);
    remembered("person", part("person").value);
  });
  part("visibility").addEventListener("change", explain);
  part("warn").addEventListener("click", () => {
    warn(part("warning-row").hidden);
    if (!part("warning-row").hidden) part("spoiler").focus();
    count();
  });
  part("photo").addEventListener("change", () => {
    const file = part("photo").files[0];
    if (!file) return;
    part("preview").src = URL.createObjectURL(file);
    part("photo-row").hidden = false;
    part("alt").focus();
  });
  part("no-photo").addEventListener("click", withoutPhoto);

  const first = [...part("person").options].find((one) => one.value !== "northwind");
  setPerson(remembered("person") || first?.value);
  count();
  return { reply, edit, person: () => part("person").value };
})();
