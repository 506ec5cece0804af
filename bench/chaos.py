"""What is left after a bad hour: everything is killed at random while posts and answers pour in.

2,000 posts in 200 conversations, an agent's answer in each, 20 kill -9 of the worker or the web
part at random moments, and 5 of 100 of the network's answers spoilt: 503, cut before, after and
within, HTML for JSON, slow. Then it is counted, at the network and at the help desk themselves,
what is there. A table is printed, and a JSON line a row; the exit status is 1 if anything is wrong.

    python bench/chaos.py [--posts 2000] [--kills 20] [--store postgresql] [--seed 7]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

SPOILT = ("503", "cut before", "cut after", "cut within", "html", "slow")
#: How a ticket says that an answer is not known to be posted, or not posted.
SHOWN = ("Nobody can tell", "NOT posted")
WAITING = "waiting to be posted"
LENGTH = 10
PATIENCE = 120.0


def wanted() -> argparse.Namespace:
    """What to do, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--spoilt", type=float, default=0.05)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--workers", type=int, default=2, help="on PostgreSQL; SQLite has one")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


class Weather:
    """In front of the network: some of its answers are spoilt, some before, some after the deed."""

    def __init__(self, app: WSGIApplication, share: float, chance: random.Random) -> None:
        self._app = app
        self._share = share
        self._chance = chance
        self.fine = False
        self.answers = 0
        self.spoilt: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # Only what answerback asks; not what this program itself does here.
        ours = not environ.get("HTTP_USER_AGENT", "").startswith("python-requests")
        if self.fine or not ours:
            return self._app(environ, start)
        self.answers += 1
        if self._chance.random() >= self._share:
            return self._app(environ, start)
        kind = self._chance.choice(SPOILT)
        self.spoilt[kind] += 1
        return self._spoil(kind, environ, start)

    def _spoil(self, kind: str, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        from answerback_sandbox.serving import shut

        if kind == "503":
            start("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        if kind == "cut before":
            shut(environ["werkzeug.socket"])
            raise ConnectionAbortedError
        if kind == "slow":
            time.sleep(self._chance.uniform(0.2, 1.2))
            return self._app(environ, start)
        body = b"".join(self._app(environ, lambda *_: lambda _: None))
        if kind == "html":
            page = b"<!doctype html><title>Welcome</title>"
            start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
            return [page]
        if kind == "cut within":
            start("200 OK", [("Content-Type", "application/json"), ("Content-Length", "90000")])
            return _half(body, environ)
        shut(environ["werkzeug.socket"])
        raise ConnectionAbortedError


def _half(body: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    from answerback_sandbox.serving import shut

    yield body[: len(body) // 2]
    shut(environ["werkzeug.socket"])
    raise ConnectionAbortedError


class Ground:
    """The square in its weather, and the desk."""

    def __init__(self, share: float, chance: random.Random) -> None:
        from answerback_sandbox.desk.app import create_desk, desk_of
        from answerback_sandbox.sandbox import BRAND, DOMAIN
        from answerback_sandbox.serving import serve
        from answerback_sandbox.square.app import create_square
        from answerback_sandbox.square.seed import settle
        from answerback_sandbox.square.state import Square

        self.square = Square()
        self.square.handle_domain = DOMAIN
        self.weather = Weather(create_square(self.square, limits=()), share, chance)
        self.served = [serve(self.weather)]
        self.square.base_url = self.served[0].url
        with self.square.lock:
            settle(self.square)
        self._desk_app = create_desk(subdomain=BRAND, pull_seconds=0.3)
        self.desk = desk_of(self._desk_app)
        self.served.append(serve(self._desk_app))
        self.desk.store.url = self.served[1].url
        self.desk.puller.start()

    def facts(self) -> dict[str, Any]:
        """What a client needs to reach both."""
        from answerback_sandbox.desk.app import connection

        return {
            "square": {"url": self.served[0].url, "accounts": self.square.accounts},
            "zendesk": connection(self._desk_app, self.served[1].url),
        }

    def stop(self) -> None:
        """Stop both."""
        self.desk.puller.stop()
        for one in self.served:
            one.stop()


@dataclass(slots=True)
class Told:
    """What was said in public and answered at the desk, as this program remembers it."""

    parents: dict[str, str | None] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


def talk(town: Any, posts: int, told: Told, chance: random.Random) -> None:
    """Conversations that grow side by side, each post under an earlier one of the same."""
    people = sorted(set(town.facts["square"]["accounts"]) - {"northwind"})
    threads: list[list[Any]] = [[] for _ in range(max(1, posts // LENGTH))]
    for number in range(posts):
        thread = threads[number % len(threads)]
        parent = chance.choice(thread) if thread else None
        more = {} if parent is None else {"in_reply_to_id": parent["id"]}
        post = town.say(chance.choice(people), f"@northwind word number {number}", **more)
        told.parents[post["uri"]] = parent and parent["uri"]
        told.roots[post["uri"]] = thread[0]["uri"] if thread else post["uri"]
        thread.append(post)


def answer(town: Any, ground: Ground, told: Told, over: threading.Event) -> None:
    """An agent answers every ticket once, as soon as it is there."""
    store = ground.desk.store
    while not over.is_set():
        with store.lock:
            fresh = [id for id in store.tickets if str(id) not in told.answers]
        for id in fresh:
            told.answers[str(id)] = f"We look into it, case {id}."
            town.answer({"id": id}, told.answers[str(id)])
        time.sleep(0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is there in the end."""

    lost: int
    doubled: int
    children_first: int
    torn: int
    answers: int
    posted_once: int
    posted_twice: int
    shown_unsure: int
    still_waiting: int
    unexplained: int

    @property
    def wrong(self) -> int:
        return (
            self.lost + self.doubled + self.children_first + self.torn
            + self.posted_twice + self.still_waiting + self.unexplained
        )  # fmt: skip


def audit(ground: Ground, town: Any, told: Told) -> Found:
    """Count at the network and at the desk themselves."""
    tickets = {str(one["id"]): one for one in town.tickets()}
    place: dict[str, tuple[str, int]] = {}
    times: Counter[str] = Counter()
    for id, ticket in tickets.items():
        for position, comment in enumerate(ticket["comments"]):
            if comment["external_id"] in told.parents:
                times[comment["external_id"]] += 1
                place.setdefault(comment["external_id"], (id, position))
    with ground.square.lock:
        said = Counter(
            post.now.text
            for post in ground.square.posts.values()
            if "We look into it" in post.now.text
        )
    once = twice = unsure = waiting = unexplained = 0
    for id, words in told.answers.items():
        posted = sum(count for text, count in said.items() if words in text)
        if posted == 1:
            once += 1
        elif posted > 1:
            twice += 1
        elif any(word in note for note in town.notes({"id": id}) for word in SHOWN):
            unsure += 1
        elif any(WAITING in note for note in town.notes({"id": id})):
            waiting += 1
        else:
            unexplained += 1
            print(f"  unexplained: {town.replies({'id': id})}", file=sys.stderr)
    return Found(
        lost=sum(1 for uri in told.parents if uri not in times),
        doubled=sum(count - 1 for count in times.values()),
        children_first=sum(
            1
            for uri, parent in told.parents.items()
            if parent in place and uri in place and place[parent] > place[uri]
        ),
        torn=sum(
            1
            for uri, root in told.roots.items()
            if uri in place and root in place and place[uri][0] != place[root][0]
        ),
        answers=len(told.answers),
        posted_once=once,
        posted_twice=twice,
        shown_unsure=unsure,
        still_waiting=waiting,
        unexplained=unexplained,
    )


@contextmanager
def processes(town: Any, count: int) -> Iterator[list[Any]]:
    """One web part and the workers, each started again when it dies."""
    from fleet import kept

    with ExitStack() as stack:
        yield [stack.enter_context(kept(town, role)) for role in ("web", *["work"] * count)]


def run(asked: argparse.Namespace) -> tuple[Found, Ground, dict[str, float]]:
    """The bad hour, and what is found after it."""
    os.environ["ANSWERBACK_TEST_STORE"] = asked.store
    from commands import free_port
    from fleet import deliveries, hasten
    from town import Town

    chance = random.Random(asked.seed)
    told, over, began = Told(), threading.Event(), time.monotonic()
    ground = Ground(asked.spoilt, random.Random(asked.seed + 1))
    ground.weather.fine = True
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), ground, listeners={"mentions": [{}]})  # type: ignore[arg-type]
        with town.open(port=port):
            hasten(town)
            town.environment |= {
                "ANSWERBACK_PORT": str(port),
                "ANSWERBACK_REREAD_SECONDS": "3600",
                "ANSWERBACK_LOG_LEVEL": "ERROR",
                "ANSWERBACK_FILINGS_PER_HOUR": "1000000",
                "ANSWERBACK_BURST": "100000",
                "ANSWERBACK_SAME_WORDS": "100000",
            }
            town.leave()
            with processes(town, asked.workers if asked.store == "postgresql" else 1) as running:
                ground.weather.fine = False
                agent = threading.Thread(target=answer, args=(town, ground, told, over))
                public = threading.Thread(target=talk, args=(town, asked.posts, told, chance))
                agent.start()
                public.start()
                for _ in range(asked.kills):
                    time.sleep(chance.uniform(0.5, 3.5))
                    chance.choice(running).kill()
                public.join()
                said = time.monotonic() - began
                wait_for_quiet(town, told)
                over.set()
                agent.join()
                found = audit(ground, town, told)
                if found.unexplained or found.still_waiting:
                    left = [dict(one) for one in deliveries(town) if one["state"] != "posted"]
                    print(f"  {left}", file=sys.stderr)
                deaths = sum(one.deaths for one in running)
    ground.stop()
    return found, ground, {"posts": len(told.parents), "deaths": deaths, "said": said,
                           "quiet": time.monotonic() - began}  # fmt: skip


def wait_for_quiet(town: Any, told: Told) -> None:
    """Until everything is there, or nothing has moved for long enough to call it lost."""
    from fleet import states

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        filed = {
            comment["external_id"] for ticket in town.tickets() for comment in ticket["comments"]
        }
        settled = [state for state in states(town) if state in ("posted", "failed", "held")]
        if told.parents.keys() <= filed and len(settled) >= len(told.answers) > 0:
            return
        time.sleep(1.0)


def main() -> None:
    """Run, print, and say by the exit status whether anything is wrong."""
    asked = wanted()
    found, ground, facts = run(asked)
    share = sum(ground.weather.spoilt.values()) / max(1, ground.weather.answers)
    rows = {
        "posts": facts["posts"],
        "processes killed": facts["deaths"],
        "network's answers": ground.weather.answers,
        "of them spoilt, %": round(100 * share, 1),
        "posts lost": found.lost,
        "posts doubled": found.doubled,
        "children before parents": found.children_first,
        "conversations torn": found.torn,
        "agents' answers": found.answers,
        "posted once": found.posted_once,
        "posted twice": found.posted_twice,
        "shown as unsure": found.shown_unsure,
        "only told to be waiting": found.still_waiting,
        "none of these": found.unexplained,
        "seconds of talk": round(facts["said"]),
        "seconds until quiet": round(facts["quiet"]),
    }
    print(f"chaos on {asked.store}, seed {asked.seed}", file=sys.stderr)
    for name, value in rows.items():
        print(f"  {name:26} {value:>8}", file=sys.stderr)
    print(json.dumps({"name": f"chaos-{asked.store}", "wrong": found.wrong, **rows}))
    raise SystemExit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
