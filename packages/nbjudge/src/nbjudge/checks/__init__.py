"""What a check is written with (`vocabulary`, `plugin`, `reference`, `rng`, `artifacts`) and run by (`runner`)."""
