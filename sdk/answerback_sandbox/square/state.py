"""The square's memory: everyone and everything on it, behind one lock.

The web application takes `lock` around each request; whoever uses a running square from another
thread takes it too.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import RLock

from answerback_sandbox.square.ids import Clock, Snowflakes, age, system_clock
from answerback_sandbox.square.problems import record_not_found
from answerback_sandbox.square.records import (
    App,
    Code,
    Grant,
    Notice,
    Person,
    Photo,
    Policy,
    Post,
    Visibility,
)

OWN_APP = "Sandbox square"
ALL_SCOPES = ("profile", "read", "write", "follow", "push")


class Square:
    """One square and all that is on it; empty until people `join`."""

    def __init__(
        self,
        *,
        domain: str | None = None,
        clock: Clock = system_clock,
        secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
        character_limit: int = 500,
    ) -> None:
        """Without a `domain` the square takes the host and port it is served on."""
        self.lock = RLock()
        self.base_url = f"http://{domain}" if domain else ""
        #: What handles end in, where that is not the address the square is served on.
        self.handle_domain: str | None = None
        self.character_limit = character_limit
        self.version = 0
        self.people: dict[str, Person] = {}
        self.posts: dict[str, Post] = {}
        self.photos: dict[str, Photo] = {}
        self.notices: list[Notice] = []
        self.favourites: dict[str, dict[str, datetime]] = {}
        self.bookmarks: dict[str, dict[str, datetime]] = {}
        self.follows: set[tuple[str, str]] = set()
        self.read_conversations: dict[tuple[str, str], str] = {}
        self.markers: dict[tuple[str, str], tuple[str, int, datetime]] = {}
        self.repeats: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.apps: dict[str, App] = {}
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.snowflakes = Snowflakes()
        self.secret = secret
        self._clock = clock
        self._tokens: dict[str, str] = {}
        self._app = self.register(OWN_APP, ("urn:ietf:wg:oauth:2.0:oob",), ALL_SCOPES, None)

    @property
    def domain(self) -> str:
        """Host and port, as they stand in full handles."""
        return self.handle_domain or self.base_url.partition("://")[2]

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        """Everyone's handle and access token, by name."""
        with self.lock:
            return {
                name: {"handle": f"@{name}", "token": token} for name, token in self._tokens.items()
            }

    def now(self) -> datetime:
        """The present, in milliseconds as the API writes it."""
        moment = self._clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def touch(self) -> None:
        """Says that something changed that the page shows."""
        self.version += 1

    def join(
        self,
        name: str,
        display_name: str = "",
        *,
        note: str = "",
        language: str = "en",
        privacy: Visibility = "public",
        colour: str = "#5b6ee1",
        bot: bool = False,
        joined: datetime | None = None,
    ) -> Person:
        """Adds a person, and makes the access token that `accounts` shows."""
        if self.named(name) is not None:
            raise ValueError(f"@{name} is on the square already")
        moment = joined or self.now()
        person = Person(
            id=self.snowflakes.at(moment),
            name=name,
            display_name=display_name or name,
            note=note,
            language=language,
            privacy=privacy,
            colour=colour,
            bot=bot,
            created_at=moment,
        )
        self.people[person.id] = person
        self._tokens[name] = self.grant(self._app, person, ALL_SCOPES).token
        self.touch()
        return person

    def named(self, name: str) -> Person | None:
        """The person with this handle, in any spelling of upper and lower case."""
        wanted = name.lower()
        return next((one for one in self.people.values() if one.name.lower() == wanted), None)

    def resolve(self, name: str, domain: str | None) -> str | None:
        """The name of the person that a handle in a text means; nobody elsewhere is known."""
        if domain is not None and domain.lower() != self.domain.lower():
            return None
        person = self.named(name)
        return person.name if person else None

    def post(self, id: str) -> Post:
        """The post with this id; Problem 404 when there is none."""
        post = self.posts.get(id)
        if post is None:
            raise record_not_found()
        return post

    def is_ready(self, photo: Photo) -> bool:
        """Whether a photo may be posted by now."""
        return photo.ready_at is None or photo.ready_at <= self.now()

    def newest_first(self) -> list[Post]:
        return sorted(self.posts.values(), key=lambda post: age(post.id), reverse=True)

    def follow(self, follower: Person, followed: Person) -> None:
        self.follows.add((follower.id, followed.id))

    def set_policy(self, person: Person, policy: Policy) -> None:
        self.people[person.id] = replace(person, policy=policy)

    def register(
        self,
        name: str,
        redirect_uris: tuple[str, ...],
        scopes: tuple[str, ...],
        website: str | None,
    ) -> App:
        """Adds a client application."""
        app = App(
            id=self.snowflakes.next(),
            name=name,
            website=website,
            redirect_uris=redirect_uris,
            scopes=scopes,
            client_id=self.secret(),
            client_secret=self.secret(),
        )
        self.apps[app.client_id] = app
        return app

    def grant(self, app: App, person: Person | None, scopes: tuple[str, ...]) -> Grant:
        """A new access token for a person, or for the app alone."""
        given = Grant(
            token=self.secret(),
            app_id=app.id,
            person_id=person.id if person else None,
            scopes=scopes,
            created_at=self.now(),
        )
        self.grants[given.token] = given
        return given

    def app_of(self, grant: Grant) -> App:
        return next(app for app in self.apps.values() if app.id == grant.app_id)
