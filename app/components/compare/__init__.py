"""Parts of the Compare page: who stands in the duel, what came out, and what can be done next."""
