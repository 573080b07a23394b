"""What callers can do: one module for each noun of the contract. It knows no transport."""
