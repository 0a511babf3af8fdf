"""Pictures as users send them: what they are, told by their bytes, and without what tells where they were taken.

A picture is taken apart, to its true end, and only what shows it is kept; nothing is decoded. To name what must go was
rejected: programs of cameras invent places to write to (chunks of their own, a second picture behind the first), and
each is a leak until somebody hears of it. Of EXIF the orientation stays, or portraits of phones would lie on a side.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final, Literal

from core.errors import Invalid

Kind = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT tRNS cHRM cICP gAMA iCCP mDCV cLLI sBIT sRGB bKGD pHYs acTL fcTL fdAT".split()
)

_END_OF_JPEG: Final = 0xD9
_JFIF, _EXIF, _ICC, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_SCAN: Final = 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_KEPT: Final = _FRAMES | {0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD}  # frames, and tables, lines and restarts of scans
_WITHOUT_LENGTH: Final = frozenset({*range(0xC0), *range(0xD0, 0xDA)})  # none stands before or between scans
_FILLED: Final = re.compile(rb"\xff+")  # a marker may stand behind any number of these
_AFTER_PIXELS: Final = re.compile(rb"\xff[^\0\xd0-\xd7\xff]")  # what else follows 0xFF is part of a scan

_GIF_LOOPS: Final = (b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01")

_WEBP_IMAGE: Final = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_KEPT: Final = _WEBP_IMAGE | {b"VP8X", b"ICCP", b"ANIM", b"ANMF"}
_WEBP_EXIF, _WEBP_XMP = 0b1000, 0b0100

_ORIENTATION, _SHORT = 0x0112, 3


class NoPicture(Invalid):
    """This is no PNG, JPEG, GIF or WebP picture that can be read."""


def kind_of(content: bytes) -> Kind | None:
    """What the first bytes say; whatever else the sender says does not count."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def without_metadata(content: bytes) -> bytes:
    """The same picture and nothing else. Raises `NoPicture` where it cannot be taken apart."""
    try:
        match kind_of(content):
            case "image/png":
                return _png(content)
            case "image/jpeg":
                return _jpeg(content)
            case "image/gif":
                return _gif(content)
            case "image/webp":
                return _webp(content)
            case None:
                raise NoPicture
    except IndexError:
        raise NoPicture from None


def _png(content: bytes) -> bytes:
    """Chunks of length, type, data and checksum (PNG, third edition, section 5.3), up to IEND."""
    if not content.startswith(_PNG + b"\0\0\0\x0dIHDR"):
        raise NoPicture
    kept, place, seen = [_PNG], len(_PNG), set[bytes]()
    while place + 12 <= len(content):
        size, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        end = place + 12 + size
        if end > len(content) or (name == b"IHDR" and name in seen):
            break
        if name == b"IEND":
            if b"IDAT" not in seen:
                break
            return b"".join([*kept, _png_chunk(name, b"")])
        if name in _PNG_KEPT:
            kept.append(content[place:end])
        elif name == b"eXIf" and name not in seen and (turned := _orientation(content[place + 8 : end - 4])):
            kept.append(_png_chunk(name, _only(turned)))
        seen.add(name)
        place = end
    raise NoPicture


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def _jpeg(content: bytes) -> bytes:
    """Segments of marker and length, a scan's pixels behind its segment (ITU-T T.81, annex B), up to the first end."""
    kept, place, seen = [content[:2]], 2, set[int]()
    while filled := _FILLED.match(content, place):
        place = filled.end() - 1
        marker = content[place + 1]
        if marker == _END_OF_JPEG:
            if _SCAN not in seen or seen.isdisjoint(_FRAMES):
                break
            return b"".join([*kept, bytes([0xFF, _END_OF_JPEG])])
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker in _WITHOUT_LENGTH or end > len(content) or end < place + 4:
            break
        if marker == _SCAN:
            after = _AFTER_PIXELS.search(content, end)
            end = after.start() if after else len(content)
        segment = content[place:end] if marker in _JPEG_KEPT else _application(marker, content[place + 4 : end])
        if segment and not (marker == _EXIF and marker in seen):
            kept.append(segment)
            seen.add(marker)
        place = end
    raise NoPicture


def _application(marker: int, data: bytes) -> bytes:
    """The segment of what is kept of an application's: colours and which way is up."""
    said = b""
    if marker == _JFIF and data.startswith(b"JFIF\0") and len(data) >= 14:
        said = data[:12] + b"\0\0"  # the rest is a small picture, which may show what was cut away from the large one
    elif marker == _EXIF and data.startswith(b"Exif\0") and (turned := _orientation(data[6:])):
        said = b"Exif\0\0" + _only(turned)
    elif marker == _ICC and data.startswith(b"ICC_PROFILE\0"):
        said = data
    elif marker == _ADOBE and data.startswith(b"Adobe"):
        said = data[:12]
    return bytes([0xFF, marker]) + (len(said) + 2).to_bytes(2) + said if said else b""


def _gif(content: bytes) -> bytes:
    """Blocks behind the screen's description and colours (GIF89a, sections 12 to 27), up to the trailer.

    Old programs left the trailer out.
    """
    place = 13 + _colours(content[10])
    kept, images = [content[:place]], 0
    while place < len(content) and (introducer := content[place]) != 0x3B:
        if introducer == 0x2C:
            end = _end_of_blocks(content, place + 11 + _colours(content[place + 9]))
            kept.append(content[place:end])
            images += 1
        elif introducer == 0x21:
            end = _end_of_blocks(content, place + 2)
            kept.append(_extension(content[place:end]))
        else:
            raise NoPicture
        place = end
    if not images:
        raise NoPicture
    return b"".join([*kept, b";"])


def _extension(block: bytes) -> bytes:
    """What is kept of an extension: how long an image is shown and how often all of them are."""
    if block[1:3] == b"\xf9\4":
        return block[:7] + b"\0"
    if block[1] == 0xFF and block[2:16] in _GIF_LOOPS:
        return block[:18] + b"\0"
    return b""


def _colours(packed: int) -> int:
    """The size in bytes of the table of colours that a byte of flags announces."""
    return int(3 << (packed & 7) + 1) if packed & 0x80 else 0


def _end_of_blocks(content: bytes, place: int) -> int:
    """Where a chain of blocks, each behind its length, ends: behind the empty one."""
    while content[place]:
        place += 1 + content[place]
    return place + 1


def _webp(content: bytes) -> bytes:
    """A RIFF file (RFC 9649): one image, or behind a VP8X chunk what else belongs to it, each once; or frames."""
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise NoPicture
    chunks = list(_webp_chunks(content[12:end]))
    if chunks[0][0] != b"VP8X":
        del chunks[1:]
    turned = next((_orientation(data.removeprefix(b"Exif\0\0")) for name, data in chunks if name == b"EXIF"), None)
    kept, seen = [b"WEBP"], set[bytes]()
    for name, data in chunks:
        if name in _WEBP_KEPT and (name not in seen or name == b"ANMF"):
            kept.append(_webp_chunk(name, _webp_data(name, data, turned)))
            seen.add(name)
    if seen.isdisjoint({b"VP8 ", b"VP8L", b"ANMF"}):
        raise NoPicture
    if turned:
        kept.append(_webp_chunk(b"EXIF", _only(turned)))
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _webp_data(name: bytes, data: bytes, turned: int | None) -> bytes:
    """What is kept of a chunk: flags only of what is kept, and of a frame (section 2.7.1.1) its image."""
    if name == b"VP8X":
        if len(data) != 10:
            raise NoPicture
        flags = data[0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if turned else 0)
        return bytes([flags]) + data[1:]
    if name == b"ANMF":
        return data[:16] + b"".join(_webp_chunk(*part) for part in _webp_chunks(data[16:]) if part[0] in _WEBP_IMAGE)
    return data


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunks of name, length and data, padded to an even length (section 2.3)."""
    place = 0
    while place + 8 <= len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        end = place + 8 + size
        if end > len(content):
            raise NoPicture
        yield name, content[place + 8 : end]
        place = end + size % 2


def _webp_chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def _orientation(exif: bytes) -> int | None:
    """How a picture that does not stand upright is turned, 2 to 8 (CIPA DC-008, section 4.6.4)."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 8:
        return None
    (place,) = struct.unpack_from(order + "I", exif, 4)
    entries = (len(exif) - place - 2) // 12
    if entries < 1:
        return None
    (announced,) = struct.unpack_from(order + "H", exif, place)
    entry = struct.Struct(order + "HHIHxx")
    for number in range(min(entries, announced)):
        tag, kind, count, value = entry.unpack_from(exif, place + 2 + 12 * number)
        if (tag, kind, count) == (_ORIENTATION, _SHORT, 1):
            return int(value) if 2 <= value <= 8 else None
    return None


def _only(turned: int) -> bytes:
    """EXIF that says how a picture is turned and no more."""
    return struct.pack(">2sHIHHHIHxxI", b"MM", 42, 8, 1, _ORIENTATION, _SHORT, 1, turned, 0)
