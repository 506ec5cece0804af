"""What a channel has to show, grade by grade: every check there is, in one class."""

from __future__ import annotations

from answerback.testing.bronze_declaring import BronzeDeclaring
from answerback.testing.bronze_handshaking import BronzeHandshaking
from answerback.testing.bronze_installing import BronzeInstalling
from answerback.testing.bronze_keeping import BronzeKeeping
from answerback.testing.bronze_leaking import BronzeLeaking
from answerback.testing.bronze_raw import BronzeRaw
from answerback.testing.bronze_receiving import BronzeReceiving
from answerback.testing.bronze_settings import BronzeSettings
from answerback.testing.bronze_tolerating import BronzeTolerating
from answerback.testing.bronze_translating import BronzeTranslating
from answerback.testing.bronze_verifying import BronzeVerifying
from answerback.testing.gold_acting import GoldActing
from answerback.testing.gold_finishing import GoldFinishing
from answerback.testing.gold_looking import GoldLooking
from answerback.testing.gold_showing import GoldShowing
from answerback.testing.gold_speaking import GoldSpeaking
from answerback.testing.silver_accounts import SilverAccounts
from answerback.testing.silver_answering import SilverAnswering
from answerback.testing.silver_budgets import SilverBudgets
from answerback.testing.silver_calls import SilverCalls
from answerback.testing.silver_following import SilverDeliveries, SilverFollowing
from answerback.testing.silver_limits import SilverLimits
from answerback.testing.silver_misfortunes import SilverMisfortunes
from answerback.testing.silver_polling import SilverPolling
from answerback.testing.silver_standing import SilverStanding


class ChannelContract(
    BronzeSettings,
    BronzeDeclaring,
    BronzeInstalling,
    BronzeTranslating,
    BronzeTolerating,
    BronzeRaw,
    BronzeKeeping,
    BronzeLeaking,
    BronzeVerifying,
    BronzeHandshaking,
    BronzeReceiving,
    SilverPolling,
    SilverFollowing,
    SilverDeliveries,
    SilverAnswering,
    SilverStanding,
    SilverLimits,
    SilverAccounts,
    SilverMisfortunes,
    SilverCalls,
    SilverBudgets,
    GoldSpeaking,
    GoldShowing,
    GoldActing,
    GoldLooking,
    GoldFinishing,
):
    """A channel's whole test file is a subclass of this.

    ::

        class TestLemmy(ChannelContract):
            channel = Lemmy
            golden = Path(__file__).parent / "golden"
            network = FakeLemmy

    Bronze needs the class and the golden folder, silver the pretend network as well, gold also
    `docs`. Checks above the claimed `grade` are no tests; `answerback check` tries them all.
    """
