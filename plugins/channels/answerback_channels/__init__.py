"""Channels that ship with answerback: one file per network."""
