"""What a channel has to show, a subject a file, and the stage it is shown on."""
