"""Rasa's own command, with one slow habit of 3.6 mended: `python -m bot.rasa_components.serve run …`.

Rasa checks each answer of an action against a JSON schema, and each time first checks that the (constant) schema is a
schema. That alone took 60 % of a turn (docs/decisions/0008-rasa-without-waste.md). Here the schema is checked once and the
answers are checked as before, with the same errors. Plain `rasa run` works just the same, only slower.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any, Dict, Text

from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.__main__ import main
from rasa.core.actions.action import RemoteAction
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


#: Rasa's process holds millions of objects that never die (TensorFlow, the model); at Python's own settings the
#: collector walks through all of them several times a second.
COLLECT_AFTER = (50_000, 20, 100)

if __name__ == "__main__":
    gc.set_threshold(*COLLECT_AFTER)
    RemoteAction._validate_action_result = validate_action_result  # type: ignore[method-assign]
    main()
