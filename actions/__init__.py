"""Rasa → services: the only code that imports rasa_sdk.

What the system does lives in bot.services, every sentence in data/responses.
"""
