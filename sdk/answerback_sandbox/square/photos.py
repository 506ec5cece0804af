"""Keeps uploaded files, and reads the size of a picture from its first bytes."""

import re
import struct
from datetime import datetime
from pathlib import PurePath

from answerback_sandbox.square.problems import invalid
from answerback_sandbox.square.records import Person, Photo
from answerback_sandbox.square.state import Square

SUPPORTED = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/webm",
    "video/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
)
SIZE_LIMIT = 16 * 1024 * 1024
VIDEO_SIZE_LIMIT = 99 * 1024 * 1024
DESCRIPTION_LIMIT = 10_000


def keep(
    square: Square,
    person: Person,
    *,
    file_name: str,
    media_type: str,
    data: bytes,
    description: str | None = None,
    ready_at: datetime | None = None,
) -> Photo:
    """Stores an upload; it may be posted once `ready_at` has passed. Problem 422 when refused."""
    if media_type not in SUPPORTED:
        raise invalid("File content type is invalid, File is invalid")
    if not data:
        raise invalid("File can't be blank")
    if len(data) > (SIZE_LIMIT if media_type.startswith("image/") else VIDEO_SIZE_LIMIT):
        raise invalid("File size must be less than allowed")
    if description is not None and len(description) > DESCRIPTION_LIMIT:
        raise invalid(f"Description is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    photo = Photo(
        id=square.snowflakes.at(square.now()),
        person_id=person.id,
        file_name=safe_name(file_name),
        media_type=media_type,
        data=data,
        description=description or None,
        size=picture_size(data),
        ready_at=ready_at,
    )
    square.photos[photo.id] = photo
    return photo


def safe_name(name: str) -> str:
    """A file name that can stand in an address."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", PurePath(name).name).strip("._") or "file"


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        frame = _jpeg_frame(data)
        if frame is None:
            return None
        height, width = struct.unpack(">HH", frame)
    else:
        return None
    return (width, height) if width and height else None


def _jpeg_frame(data: bytes) -> bytes | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return data[position + 5 : position + 9]
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None
