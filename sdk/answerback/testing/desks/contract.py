"""What a help desk has to show, grade by grade: every check there is, in one class."""

from __future__ import annotations

from answerback.testing.desks.bronze_declaring import DeskBronzeDeclaring
from answerback.testing.desks.bronze_keeping import DeskBronzeKeeping
from answerback.testing.desks.gold_answering import DeskGoldAnswering
from answerback.testing.desks.gold_finishing import DeskGoldFinishing
from answerback.testing.desks.gold_people import DeskGoldPeople
from answerback.testing.desks.gold_showing import DeskGoldShowing
from answerback.testing.desks.silver_answering import DeskSilverAnswering
from answerback.testing.desks.silver_calls import DeskSilverCalls
from answerback.testing.desks.silver_doubts import DeskSilverDoubts
from answerback.testing.desks.silver_filing import DeskSilverFiling
from answerback.testing.desks.silver_following import DeskSilverFollowing
from answerback.testing.desks.silver_misfortunes import DeskSilverMisfortunes
from answerback.testing.desks.silver_moving import DeskSilverMoving


class HelpDeskContract(
    DeskBronzeKeeping,
    DeskBronzeDeclaring,
    DeskSilverFiling,
    DeskSilverDoubts,
    DeskSilverFollowing,
    DeskSilverMoving,
    DeskSilverAnswering,
    DeskSilverMisfortunes,
    DeskSilverCalls,
    DeskGoldShowing,
    DeskGoldAnswering,
    DeskGoldPeople,
    DeskGoldFinishing,
):
    """A help desk's whole test file is a subclass of this.

    ::

        class TestCounter(HelpDeskContract):
            help_desk = Counter
            golden = Path(__file__).parent / "golden"
            network = FakeCounter

    Bronze needs the class, and the golden folder for its error answers; silver the pretend desk
    as well, gold also `docs`. Checks above the claimed `grade` are no tests; `answerback check`
    tries them all.
    """
