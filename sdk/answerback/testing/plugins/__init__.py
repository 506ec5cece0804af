"""What channels and help desks are checked for alike."""
