"""Who reads language and mood: libraries behind two small interfaces, loaded when first needed.

They come with the extra `triage`. Without it the declared language counts alone and no mood is
read. A language nobody here reads gives None, never a guess.
https://github.com/nitotm/efficient-language-detector-py · https://github.com/cjhutto/vaderSentiment
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from answerback_server.engine.triage.facts import Mood

#: From VADER's compound, -1 to 1. Tried on 14,640 posts to airlines (decision 0017): at or below
#: UNHAPPY 93 in 100 are complaints; at or above PRAISE stands 1 in 100 complaints, lower many more.
ANGRY, UNHAPPY, PRAISE = -0.6, -0.3, 0.8


class LanguageReader(Protocol):
    """Tells languages apart."""

    def language(self, words: str) -> str | None:
        """The language as an ISO 639-1 code; None where it is not sure."""
        ...


class MoodReader(Protocol):
    """Reads the mood of words in some languages."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages it reads, as ISO 639-1 codes."""
        ...

    def mood(self, words: str) -> Mood | None:
        """How the words sound; None where that cannot be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who reads; nobody, where nothing is installed."""

    language: LanguageReader | None = None
    moods: tuple[MoodReader, ...] = ()

    def language_of(self, words: str) -> str | None:
        """The language of words, where it can be told."""
        return self.language.language(words) if self.language and words else None

    def read_moods_in(self, language: str) -> bool:
        """Whether somebody reads the mood of this language."""
        return any(language in reader.languages for reader in self.moods)

    def mood_of(self, words: str, language: str | None) -> Mood | None:
        """The mood of words in this language, where somebody reads it."""
        for reader in self.moods:
            if language in reader.languages and words:
                return reader.mood(words)
        return None


class Eld:
    """Languages by the n-grams of ELD: sixty of them, offline."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._detector: Any = None

    def language(self, words: str) -> str | None:
        """The language as an ISO 639-1 code; None where it is not sure."""
        if self._detector is None:
            with self._lock:
                if self._detector is None:
                    self._detector = import_module("eld").LanguageDetector()
        found = self._detector.detect(_writable(words))
        return str(found.language) if found.language and found.is_reliable() else None


class Vader:
    """The mood of English by VADER's lexicon and rules."""

    languages = frozenset({"en"})

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._analyser: Any = None

    def mood(self, words: str) -> Mood | None:
        """How English words sound."""
        if self._analyser is None:
            with self._lock:
                if self._analyser is None:
                    module = import_module("vaderSentiment.vaderSentiment")
                    self._analyser = module.SentimentIntensityAnalyzer()
        compound = float(self._analyser.polarity_scores(_writable(words))["compound"])
        if compound <= UNHAPPY:
            return "angry" if compound <= ANGRY else "unhappy"
        return "praise" if compound >= PRAISE else "neutral"


@cache
def installed() -> Readers:
    """The readers whose libraries are there; nothing is loaded yet."""
    return Readers(
        language=Eld() if find_spec("eld") else None,
        moods=(Vader(),) if find_spec("vaderSentiment") else (),
    )


def _writable(words: str) -> str:
    """Without half characters, on which the libraries stumble."""
    return words.encode("utf-8", "ignore").decode("utf-8")
