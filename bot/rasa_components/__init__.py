"""Our own parts of Rasa's pipeline; they run inside Rasa's Python 3.10 (see README.md beside)."""
