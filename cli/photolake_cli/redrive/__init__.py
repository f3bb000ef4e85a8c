"""The work of `photolake redrive`."""
