"""Which parts of an address are the site's own and tell nothing of anybody."""

from __future__ import annotations

from mimetypes import MimeTypes


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Segments of paths that sites of every kind have.
ROUTES = _set("""
    about account_avatars account_headers accounts activities activity actor ap api app apps
    articles attachments author authors avatar avatars blog c cache cards channel channels
    collections comment comments contact contexts conversation conversations custom_emojis
    default display_name embed emoji emojis events explore feed feeds files followers following
    forum group groups header headers help hashtag hashtags i img images inbox index instance
    items large like likes listings locations media media_attachments media_proxy message
    messages missing monitoring news normal note notes notice objects original outbox p page
    pages photo photos pictures post posts preview products profile profile_images profiles
    proxy public questions r reel reels replies reply review reviews search shop site_uploads
    small square static statuses status stories story support system t tag tags thread threads
    thumb thumbnails tiny topic topics u uploads user user_avatar users video videos w watch web
    wiki wp-content wp-json
""")

_NAMESPACES = _set("purl.org schema.org w3id.org w3.org www.w3.org")
_TYPES = MimeTypes().types_map
_ENDINGS = frozenset([*_TYPES[True], *_TYPES[False]]) | _set(
    ".avif .flac .heic .heif .jxl .m4a .m4v .oga .ogg .ogv .opus .webm .webp"
)


def ending(segment: str) -> str:
    """The file name's ending that says what kind of file it is, or ""."""
    _, dot, found = segment.rpartition(".")
    return dot + found if dot + found.lower() in _ENDINGS else ""


def is_namespace(host: str) -> bool:
    """Whether addresses at this host are names of terms, which programs compare as they are."""
    return host in _NAMESPACES
