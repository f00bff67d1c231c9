"""Rasa's own command, with two habits of 3.6 mended: `python -m bot.rasa_components.serve run …`.

Rasa checks each answer of an action against a JSON schema, and each time first checks that the (constant) schema is a
schema. That alone took 60 % of a turn (docs/decisions/0008-rasa-without-waste.md). Here the schema is checked once and the
answers are checked as before, with the same errors.

Rasa takes the braces of a button's payload for the name of a slot and logs, as an error, that there is none: with the
values of all slots, residents' words among them. Here such a text is left as it is without a word, as Rasa leaves it.
Plain `rasa run` works just the same, only slower and with words in its log.
"""

from __future__ import annotations

import gc
import re
from functools import lru_cache
from typing import Any, Dict, Text

from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.__main__ import main
from rasa.core.actions.action import RemoteAction
from rasa.core.nlg import interpolator
from rasa.shared.constants import DOCS_BASE_URL


@lru_cache(maxsize=1)
def checked_validator() -> Any:
    """The validator of action answers, its schema checked."""
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def validate_action_result(self: RemoteAction, result: Dict[Text, Any]) -> bool:
    """What RemoteAction._validate_action_result does. Raises ValidationError, with Rasa's hint behind its message."""
    error = next(checked_validator().iter_errors(result), None)
    if error is None:
        return True
    raise ValidationError(f"{error.message}. Failed to validate Action server response, see {DOCS_BASE_URL}/custom-actions")


#: What Rasa's interpolator takes for a slot.
PLACEHOLDER = re.compile(r"{([^\n{}]+?)}")
fill_in = interpolator.interpolate_text


def fill_in_quietly(response: Text, values: Dict[Text, Text]) -> Text:
    """What interpolate_text does, without logging all slots where a brace names none of them."""
    if any(name not in values for name in PLACEHOLDER.findall(response)):
        return response
    return fill_in(response, values)


#: Rasa's process holds millions of objects that never die (TensorFlow, the model); at Python's own settings the
#: collector walks through all of them several times a second.
COLLECT_AFTER = (50_000, 20, 100)

if __name__ == "__main__":
    gc.set_threshold(*COLLECT_AFTER)
    RemoteAction._validate_action_result = validate_action_result  # type: ignore[method-assign]  # that is the mend
    interpolator.interpolate_text = fill_in_quietly
    main()
