"""Pretend networks and desks on real ports, and the faults between them and a plugin."""
