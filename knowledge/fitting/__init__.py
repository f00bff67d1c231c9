"""Where the weights of decision.json come from: our own questions, and the script that fits them."""
