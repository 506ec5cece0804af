"""Whether an answer may be given at all: the network's window, and what it takes as files; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerback.channel import Limits
    from answerback.model import Attachment, Mention


def closed(limits: Limits, mention: Mention, now: datetime) -> str | None:
    """Why it is too late to answer, or None. An unknown time of writing closes nothing."""
    if mention.reply_by is not None and mention.reply_by < now:
        return "The time in which this could be answered is over."
    window = limits.reply_window
    if window is None or mention.published is None or mention.published + window > now:
        return None
    return f"This network takes answers for {_span(window)}, and they are over."


def files_refused(limits: Limits, files: Sequence[Attachment]) -> str | None:
    """Why the network would not take these files, or None. What is not known is left to it."""
    if not files:
        return None
    if limits.attachments == 0:
        return "This network takes no files in an answer. Send the words alone, or a link."
    if len(files) > limits.attachments:
        return f"It carries {len(files)} files, and at most {limits.attachments} are taken."
    for number, file in enumerate(files, start=1):
        if limits.media_types and file.media_type and file.media_type not in limits.media_types:
            return f"File {number} is of the kind {file.media_type}, which is not taken."
        largest = limits.attachment_size
        if largest is not None and file.size is not None and file.size > largest:
            return f"File {number} is larger than {largest // 1000:,} kB, which is the most taken."
    return None


def _span(window: timedelta) -> str:
    hours = window.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
