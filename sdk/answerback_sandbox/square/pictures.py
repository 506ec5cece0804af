"""Draws the square's pictures as PNG files: a photo of a spilled coffee, avatars, an emoji.

Shapes are filled row by row, with soft edges left and right; nothing here needs an image library.
"""

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache

Colour = tuple[int, int, int]

# The classic five-by-seven letters: one number a column, the lowest bit on top.
_LETTERS = {
    "A": (0x7E, 0x11, 0x11, 0x11, 0x7E),
    "B": (0x7F, 0x49, 0x49, 0x49, 0x36),
    "C": (0x3E, 0x41, 0x41, 0x41, 0x22),
    "D": (0x7F, 0x41, 0x41, 0x22, 0x1C),
    "E": (0x7F, 0x49, 0x49, 0x49, 0x41),
    "F": (0x7F, 0x09, 0x09, 0x09, 0x01),
    "G": (0x3E, 0x41, 0x49, 0x49, 0x7A),
    "H": (0x7F, 0x08, 0x08, 0x08, 0x7F),
    "I": (0x00, 0x41, 0x7F, 0x41, 0x00),
    "J": (0x20, 0x40, 0x41, 0x3F, 0x01),
    "K": (0x7F, 0x08, 0x14, 0x22, 0x41),
    "L": (0x7F, 0x40, 0x40, 0x40, 0x40),
    "M": (0x7F, 0x02, 0x0C, 0x02, 0x7F),
    "N": (0x7F, 0x04, 0x08, 0x10, 0x7F),
    "O": (0x3E, 0x41, 0x41, 0x41, 0x3E),
    "P": (0x7F, 0x09, 0x09, 0x09, 0x06),
    "Q": (0x3E, 0x41, 0x51, 0x21, 0x5E),
    "R": (0x7F, 0x09, 0x19, 0x29, 0x46),
    "S": (0x46, 0x49, 0x49, 0x49, 0x31),
    "T": (0x01, 0x01, 0x7F, 0x01, 0x01),
    "U": (0x3F, 0x40, 0x40, 0x40, 0x3F),
    "V": (0x1F, 0x20, 0x40, 0x20, 0x1F),
    "W": (0x3F, 0x40, 0x38, 0x40, 0x3F),
    "X": (0x63, 0x14, 0x08, 0x14, 0x63),
    "Y": (0x07, 0x08, 0x70, 0x08, 0x07),
    "Z": (0x61, 0x51, 0x49, 0x45, 0x43),
}


class Canvas:
    """A picture in the making."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def span(self, y: int, left: float, right: float, colour: Colour) -> None:
        """Fills part of a row; a pixel that is covered partly is mixed."""
        if not 0 <= y < self.height:
            return
        left, right = max(0.0, left), min(float(self.width), right)
        if right <= left:
            return
        first, last = math.ceil(left), math.floor(right)
        if last > first:
            self._rows[y][first * 3 : last * 3] = bytes(colour) * (last - first)
        if first - left > 0:
            self._mix(first - 1, y, first - left, colour)
        if right - last > 0 and last >= first:
            self._mix(last, y, right - last, colour)

    def shape(
        self, top: int, bottom: int, edges: Callable[[float], tuple[float, float]], colour: Colour
    ) -> None:
        """Fills rows from `top` to `bottom` between the edges that a row has."""
        for y in range(top, bottom):
            self.span(y, *edges(y + 0.5), colour)

    def ellipse(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fills an ellipse around a point, given by its two radii."""

        def edges(row: float) -> tuple[float, float]:
            half = width * math.sqrt(max(0.0, 1 - ((row - y) / height) ** 2))
            return x - half, x + half

        self.shape(math.floor(y - height), math.ceil(y + height), edges, colour)

    def png(self, *, clear: Colour | None = None) -> bytes:
        """The picture as a PNG file, with one colour left out if wanted."""
        raw = b"".join(b"\x00" + row for row in self._rows)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", head)
            + (_chunk(b"tRNS", struct.pack(">HHH", *clear)) if clear else b"")
            + _chunk(b"IDAT", zlib.compress(raw, 9))
            + _chunk(b"IEND", b"")
        )

    def _mix(self, x: int, y: int, share: float, colour: Colour) -> None:
        row = self._rows[y]
        for part in range(3):
            old = row[x * 3 + part]
            row[x * 3 + part] = round(old + (colour[part] - old) * share)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@cache
def avatar(letter: str, colour: str) -> bytes:
    """A square with a letter in it, in a colour written as #rrggbb."""
    red, green, blue = (int(colour[position : position + 2], 16) for position in (1, 3, 5))
    canvas = Canvas(120, 120, (red, green, blue))
    for y in range(120):
        shade = 1.12 - y / 500
        canvas.span(y, 0, 120, (_lit(red, shade), _lit(green, shade), _lit(blue, shade)))
    columns = _LETTERS.get(letter.upper(), (0x3E, 0x41, 0x41, 0x41, 0x3E))
    for column, bits in enumerate(columns):
        for row in range(7):
            if bits >> row & 1:
                left, top = 30 + column * 12, 18 + row * 12
                canvas.shape(
                    top,
                    top + 12,
                    lambda _, left=left: (left, left + 12),  # type: ignore[misc]
                    (255, 255, 255),
                )
    return canvas.png()


@cache
def blobcat() -> bytes:
    """The custom emoji :blobcat:, a yellow cat without much of a shape."""
    ground = (255, 236, 190)
    canvas = Canvas(64, 64, ground)
    fur, dark = (252, 194, 27), (66, 48, 20)
    for side in (-1, 1):
        ear = 32 + side * 17
        canvas.shape(6, 30, lambda y, x=ear: (x - (y - 4) / 2.6, x + (y - 4) / 2.6), fur)  # type: ignore[misc]
    canvas.ellipse(32, 38, 28, 23, fur)
    for side in (-1, 1):
        canvas.ellipse(32 + side * 11, 34, 4, 6, dark)
        canvas.ellipse(32 + side * 20, 44, 4, 2.5, (246, 150, 120))
    canvas.ellipse(32, 43, 3, 2, dark)
    return canvas.png(clear=ground)


@cache
def spilled_coffee() -> bytes:
    """A paper cup on a wooden table, its lid cracked, in a puddle of coffee."""
    canvas = Canvas(720, 480, (226, 213, 196))
    for y in range(300):
        light = 1.06 - y / 2600
        canvas.span(y, 0, 720, (_lit(214, light), _lit(222, light), _lit(220, light)))
    for y in range(300, 480):
        grain = 8 * math.sin(y / 5.5) + 5 * math.sin(y / 1.9)
        canvas.span(y, 0, 720, (int(168 + grain), int(118 + grain), int(74 + grain)))
    canvas.ellipse(545, 120, 90, 90, (250, 226, 170))
    canvas.ellipse(330, 428, 250, 26, (122, 84, 50))
    canvas.ellipse(430, 420, 205, 30, (64, 38, 20))
    canvas.ellipse(560, 436, 92, 15, (64, 38, 20))
    canvas.ellipse(400, 412, 120, 8, (104, 68, 40))

    def cup(y: float) -> tuple[float, float]:
        narrowing = (y - 140) / 280 * 34
        return 220 + narrowing, 420 - narrowing

    canvas.shape(140, 420, cup, (250, 248, 243))
    canvas.ellipse(320, 420, 66, 10, (250, 248, 243))
    for y in range(140, 424):
        left, right = cup(min(y, 419))
        canvas.span(y, right - (right - left) * 0.2, right, (226, 221, 211))
    for y in range(215, 345):
        left, right = cup(y + 0.5)
        canvas.span(y, left, right, (176, 126, 82) if (y // 4) % 2 else (169, 119, 76))
        canvas.span(y, right - (right - left) * 0.2, right, (146, 101, 63))
    canvas.ellipse(312, 280, 42, 42, (250, 248, 243))
    canvas.shape(258, 302, lambda _: (292, 300), (31, 94, 92))
    canvas.shape(258, 302, lambda _: (324, 332), (31, 94, 92))
    canvas.shape(258, 302, lambda y: (292 + (y - 258) * 0.75, 302 + (y - 258) * 0.75), (31, 94, 92))
    canvas.ellipse(320, 138, 106, 16, (58, 56, 54))
    canvas.shape(112, 138, lambda y: (222 - (y - 112) * 0.3, 418 + (y - 112) * 0.3), (72, 70, 68))
    canvas.ellipse(320, 112, 97, 13, (92, 90, 87))
    canvas.shape(
        100, 152, lambda y: (372 + 5 * math.sin(y / 4), 377 + 6 * math.sin(y / 4)), (64, 38, 20)
    )
    for x, start, length in ((376, 150, 150), (392, 150, 226), (404, 152, 80)):
        canvas.shape(start, start + length, lambda _, x=x: (x - 3.5, x + 3.5), (84, 50, 27))  # type: ignore[misc]
        canvas.ellipse(x, start + length, 4.6, 7, (84, 50, 27))
    return canvas.png()


def _lit(value: int, light: float) -> int:
    return max(0, min(255, round(value * light)))
