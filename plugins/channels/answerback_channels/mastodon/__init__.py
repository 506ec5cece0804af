from .channel import Mastodon
