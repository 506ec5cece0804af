"""What a channel has to show, grade by grade: every check there is, in one class."""

from __future__ import annotations

from answerback.testing.channels.bronze_declaring import BronzeDeclaring
from answerback.testing.channels.bronze_handshaking import BronzeHandshaking
from answerback.testing.channels.bronze_installing import BronzeInstalling
from answerback.testing.channels.bronze_keeping import BronzeKeeping
from answerback.testing.channels.bronze_leaking import BronzeLeaking
from answerback.testing.channels.bronze_raw import BronzeRaw
from answerback.testing.channels.bronze_receiving import BronzeReceiving
from answerback.testing.channels.bronze_settings import BronzeSettings
from answerback.testing.channels.bronze_tolerating import BronzeTolerating
from answerback.testing.channels.bronze_translating import BronzeTranslating
from answerback.testing.channels.bronze_verifying import BronzeVerifying
from answerback.testing.channels.gold_acting import GoldActing
from answerback.testing.channels.gold_finishing import GoldFinishing
from answerback.testing.channels.gold_looking import GoldLooking
from answerback.testing.channels.gold_showing import GoldShowing
from answerback.testing.channels.gold_speaking import GoldSpeaking
from answerback.testing.channels.silver_accounts import SilverAccounts
from answerback.testing.channels.silver_answering import SilverAnswering
from answerback.testing.channels.silver_budgets import SilverBudgets
from answerback.testing.channels.silver_calls import SilverCalls
from answerback.testing.channels.silver_following import SilverDeliveries, SilverFollowing
from answerback.testing.channels.silver_limits import SilverLimits
from answerback.testing.channels.silver_misfortunes import SilverMisfortunes
from answerback.testing.channels.silver_polling import SilverPolling
from answerback.testing.channels.silver_standing import SilverStanding


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
