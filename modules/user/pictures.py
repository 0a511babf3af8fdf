"""Pictures as users send them: what they are, told by their bytes, and without what tells where they were taken."""

from __future__ import annotations

from typing import Final, Literal

from core.errors import Invalid

Kind = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_PRIVATE: Final = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_KEPT: Final = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, the colour profile, and Adobe's word on colours
_JPEG_SCAN: Final = 0xDA
_JPEG_COMMENT: Final = 0xFE
_WEBP_PRIVATE: Final = frozenset({b"EXIF", b"XMP "})
_WEBP_PRIVATE_FLAGS: Final = 0b0000_1100


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
    """The same picture without EXIF, XMP, comments and times. Raises `NoPicture` where it cannot be taken apart."""
    kind = kind_of(content)
    if kind == "image/png":
        return _png(content)
    if kind == "image/jpeg":
        return _jpeg(content)
    if kind == "image/webp":
        return _webp(content)
    if kind == "image/gif" and content.rstrip(b"\0").endswith(b";"):
        return content  # knows neither EXIF nor places
    raise NoPicture


def _png(content: bytes) -> bytes:
    """Chunks of length, type, data and checksum (PNG, third edition, section 5.3), up to IEND."""
    kept, place = [_PNG], len(_PNG)
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        name = content[place + 4 : place + 8]
        if end > len(content) or (len(kept) == 1 and name != b"IHDR"):
            break
        if name not in _PNG_PRIVATE:
            kept.append(content[place:end])
        if name == b"IEND":
            return b"".join(kept)
        place = end
    raise NoPicture


def _jpeg(content: bytes) -> bytes:
    """Segments of marker and length (ITU-T T.81, annex B) up to the first scan, which is taken as it is."""
    kept, place = [content[:2]], 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker == _JPEG_SCAN:
            return b"".join([*kept, content[place:]])
        if end > len(content) or end < place + 4:
            break
        is_application = 0xE0 <= marker <= 0xEF
        if marker != _JPEG_COMMENT and (not is_application or marker in _JPEG_KEPT):
            kept.append(content[place:end])
        place = end
    raise NoPicture


def _webp(content: bytes) -> bytes:
    """RIFF chunks of name, length and data, padded to an even length (RFC 9649, section 2.3)."""
    kept, place, end = [], 12, 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise NoPicture
    while place + 8 <= end:
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        after = place + 8 + size + size % 2
        if after > end:
            raise NoPicture
        chunk = bytearray(content[place:after])
        if name == b"VP8X" and size:
            chunk[8] &= ~_WEBP_PRIVATE_FLAGS
        if name not in _WEBP_PRIVATE:
            kept.append(bytes(chunk))
        place = after
    if not kept:
        raise NoPicture
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
