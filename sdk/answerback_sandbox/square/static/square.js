// The timeline: asks every second what changed, and puts only that on the page.
"use strict";

(() => {
  const list = document.getElementById("threads");
  const known = new Map(); // Thread id to the HTML it was made of.
  const seen = new Set([...list.querySelectorAll(".post")].map((post) => post.dataset.id));
  let version = ""; // The first answer is always taken, so that every thread's HTML is known.

  const ago = (then) => {
    const seconds = Math.max(0, (Date.now() - then.getTime()) / 1000);
    if (seconds < 50) return "now";
    if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
    if (seconds < 85000) return `${Math.round(seconds / 3600)} h`;
    return then.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  };

  const tell = (inside) => {
    for (const time of inside.querySelectorAll("time")) {
      const then = new Date(time.dateTime);
      const words = ago(then);
      if (time.textContent !== words) time.textContent = words;
      time.title = then.toLocaleString();
    }
  };

  const mark = (inside) => {
    const me = composer.person();
    for (const post of inside.querySelectorAll(".post")) {
      for (const [action, names] of [["favourite", post.dataset.favourited], ["boost", post.dataset.boosted]]) {
        const button = post.querySelector(`[data-do="${action}"]`);
        button?.setAttribute("aria-pressed", String(names.split(" ").includes(me)));
      }
      post.classList.toggle("wanted", post.dataset.id === list.dataset.post);
    }
  };

  const made = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const thread = template.content.querySelector(".thread");
    for (const post of thread.querySelectorAll(".post")) {
      if (!seen.has(post.dataset.id)) post.classList.add("fresh");
      seen.add(post.dataset.id);
    }
    tell(thread);
    mark(thread);
    return thread;
  };

  // Takes a thread's place without losing where the reader is in it.
  const swap = (old, fresh) => {
    const focused = document.activeElement?.closest?.("[data-do]");
    const place = focused && old.contains(focused)
      ? [focused.closest(".post").dataset.id, focused.dataset.do] : null;
    for (const open of old.querySelectorAll("details[open]")) {
      const id = CSS.escape(`post-${open.closest(".post").dataset.id}`);
      fresh.querySelector(`#${id} details`)?.setAttribute("open", "");
    }
    old.replaceWith(fresh);
    if (place) {
      const id = CSS.escape(`post-${place[0]}`);
      fresh.querySelector(`#${id} [data-do="${place[1]}"]`)?.focus({ preventScroll: true });
    }
  };

  const put = (threads) => {
    const wanted = new Set(threads.map((thread) => thread.id));
    for (const old of [...list.children]) {
      if (!wanted.has(old.dataset.thread)) {
        known.delete(old.dataset.thread);
        old.remove();
      }
    }
    let before = null;
    for (const { id, html } of threads) {
      const old = list.querySelector(`[data-thread="${CSS.escape(id)}"]`);
      let current = old;
      if (known.get(id) !== html) {
        current = made(html);
        if (old) swap(old, current);
        known.set(id, html);
      }
      const place = before ? before.nextElementSibling : list.firstElementChild;
      if (place !== current) list.insertBefore(current, place);
      before = current;
    }
    document.getElementById("empty").hidden = threads.length > 0;
  };

  const look = async () => {
    const asked = new URLSearchParams({ version });
    for (const name of ["name", "tag", "post"]) {
      if (list.dataset[name]) asked.set(name, list.dataset[name]);
    }
    let live = true;
    try {
      const answer = await fetch(`/_sandbox/timeline?${asked}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const news = await answer.json();
      if (news.threads) put(news.threads);
      version = String(news.version);
    } catch (failure) {
      live = false;
    }
    document.getElementById("live").classList.toggle("away", !live);
    const word = document.getElementById("live-word");
    if (word.textContent !== (live ? "Live" : "Not answering")) {
      word.textContent = live ? "Live" : "Not answering";
    }
  };

  const surely = (button) => {
    if (button.classList.contains("sure")) return true;
    button.classList.add("sure");
    button.querySelector(".word").textContent = "Really delete";
    setTimeout(() => {
      button.classList.remove("sure");
      button.querySelector(".word").textContent = "Delete";
    }, 4000);
    return false;
  };

  const act = async (post, action, button) => {
    const { id, author, text, spoiler, language, visibility } = post.dataset;
    const about = { id, author, text, spoiler, language, visibility };
    if (action === "reply") return composer.reply(about);
    if (action === "edit") return composer.edit(about);
    if (action === "delete" && !surely(button)) return;
    const body = new FormData();
    body.append("person", composer.person());
    const way = action === "delete"
      ? [`/_sandbox/posts/${id}`, { method: "DELETE" }]
      : [`/_sandbox/posts/${id}/${action}`, { method: "POST", body }];
    try {
      await fetch(...way);
    } catch (failure) {
      console.debug("the square did not answer", failure.message); // look() shows it.
    }
    look();
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) act(button.closest(".post"), button.dataset.do, button);
  });
  document.addEventListener("person", () => mark(list));
  document.addEventListener("said", async (event) => {
    await look();
    document.getElementById(`post-${event.detail}`)?.scrollIntoView({ block: "nearest" });
  });

  const keepLooking = async () => {
    if (!document.hidden) await look();
    setTimeout(keepLooking, 1000);
  };
  tell(list);
  mark(list);
  setInterval(() => tell(list), 20000);
  list.querySelector(".wanted")?.scrollIntoView({ block: "center" });
  keepLooking();
})();
