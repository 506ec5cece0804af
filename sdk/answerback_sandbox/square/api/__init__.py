"""The Mastodon API of the square, one file per group of methods, as its documentation has them."""
