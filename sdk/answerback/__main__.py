"""`python -m answerback` is `answerback`."""

from answerback.cli import main

main()
