"""How well a network reads: counted, and compared with how sure it is."""
