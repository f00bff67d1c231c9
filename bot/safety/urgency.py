"""Whether a case cannot wait: somebody in danger or hurt, passers-by at risk, a home without water, power, gas, heat or door.

Not the alarm (that is `triage.assess`, which would rather call once too often): this is the priority of a case. The rules
know the wording; what the pieces of the message say is asked for a second opinion, so that a question about 停电补偿 is
calm and wording nobody foresaw is not.
"""

from bot.safety import triage
from bot.safety.rules import CRISIS_LEVELS
from bot.text.flags import is_urgent as says_urgent

#: From this probability of an ordinary message on, the rules are not believed.
CALM_FROM = 0.95
#: Below this probability of an ordinary message it is urgent whatever the rules say.
URGENT_BELOW = 0.03


def is_urgent(text: str) -> bool:
    """Whether the matter of a message cannot wait."""
    found = triage.by_tables(text)
    calm, _, *crisis = triage.probabilities(text, found)
    is_crisis = found.level in CRISIS_LEVELS
    if calm < URGENT_BELOW or (is_crisis and sum(crisis) >= triage.SURE_FROM):
        return True
    # two tables written for different purposes agree: 电梯又坏了困了人
    return (calm < CALM_FROM or is_crisis) and says_urgent(text)
