"""Pretend networks and help desks over real HTTP."""
