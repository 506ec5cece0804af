"""The command, for `python -m answerback.cli`."""

from answerback.cli import main

main(prog_name="answerback")
