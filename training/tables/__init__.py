"""Tables: named columns, and how a network turns them into inputs and outputs into answers."""
