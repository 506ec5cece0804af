"""Mastodon, and servers that speak its API: hears mentions, replies, quotes, hashtags, words and
direct messages, and answers in public or in private, as it was asked.

The network cannot tell of a reply that does not name us (an open conversation is re-read for
that), nor surely of an edit or a deletion elsewhere. Its API names a parent only by its number on
one server: the uri is found in the same answer or asked for; offline, a `tag:` URI stands in.

https://docs.joinmastodon.org/client/intro/
"""

from .channel import Mastodon

__all__ = ["Mastodon"]
