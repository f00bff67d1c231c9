"""What must be noticed before anything else: danger (triage) and personal data (redact). Standard library only."""
