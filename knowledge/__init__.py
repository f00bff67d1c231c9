"""The knowledge base: from policy texts to quotations with their source. Knows nothing of Rasa, cases or channels."""
