"""Rasa → services: the only code that imports rasa_sdk. What the system does lives in bot.services, sentences in data/responses."""
