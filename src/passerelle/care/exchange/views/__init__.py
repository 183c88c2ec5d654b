"""The pages of exchanges, one module each."""
