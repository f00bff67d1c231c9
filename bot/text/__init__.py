"""Chinese text made even, and what can be read out of it without a model: places, times, contacts, wishes.

Standard library only and Python 3.10 compatible, because Rasa's interpreter imports this package too.
"""
