"""What listens: help desks' calls and the operator's checks."""
