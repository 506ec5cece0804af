"""Between hearing and filing: what a mention is worth, and whether it becomes a ticket at all.

Pure: no database, no network, no clock. What is not known counts for nothing, and a part that
fails is named in the verdict and costs the others nothing.
"""

from __future__ import annotations

from answerback_server.engine.triage.facts import Customers, Heard, Verdict
from answerback_server.engine.triage.readers import Readers, installed
from answerback_server.engine.triage.rules import Rules
from answerback_server.engine.triage.rules_file import read_rules
from answerback_server.engine.triage.verdict import judge

__all__ = ["Customers", "Heard", "Readers", "Rules", "Verdict", "installed", "judge", "read_rules"]
