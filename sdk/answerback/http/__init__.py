"""The bounded, paced and careful way out to a network or help desk, built on `requests`.

Every call has a total deadline, an answer of bounded size and no automatic retry. Failures come
as the errors of `answerback.errors`, so that a caller knows what to do next. Only public
addresses are reached unless a host is listed, and no secret gets into a log or message.

It cannot interrupt the system's name resolution, which blocks for as long as the resolver does
(nothing is sent once the deadline has passed), and it uses no HTTP proxy: environment variables
for proxies, `.netrc` and CA bundles are ignored on purpose, so that what a machine happens to
export never changes where credentials go.

Semantics: https://www.rfc-editor.org/rfc/rfc9110
"""

from answerback.http.answer import Answer
from answerback.http.client import Http
from answerback.http.codes import by_code
from answerback.http.pacing import Pacer
from answerback.http.redaction import redact
from answerback.http.transport import Transport

__all__ = ["Answer", "Http", "Pacer", "Transport", "by_code", "redact"]
