"""What a walk along a feed gave, page after page, and what became of each post in it."""

from __future__ import annotations

from dataclasses import dataclass

from answerback.model import Activity, Mention, Page, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a walk along a feed gave, page after page."""

    pages: tuple[Page, ...] = ()
    begun: str | None = None

    @property
    def cursor(self) -> str | None:
        """Where the walk stands now."""
        return self.pages[-1].cursor if self.pages else self.begun

    @property
    def activities(self) -> list[Activity]:
        """The activities of all pages, in their order."""
        return [one for page in self.pages for one in page.activities]

    @property
    def unreadable(self) -> list[Unreadable]:
        """What could not be read."""
        return [one for page in self.pages for one in page.unreadable]

    @property
    def gaps(self) -> list[str]:
        """What could not be seen."""
        return [page.gap for page in self.pages if page.gap]

    @property
    def mentions(self) -> list[Mention]:
        """The mentions told of, in their order, every version."""
        return [one.object for one in self.activities if isinstance(one.object, Mention)]

    def of(self, id: str) -> Mention | None:
        """The last version told of a mention, if any."""
        return next((one for one in reversed(self.mentions) if one.id == id), None)
