"""What a check is written with (`vocabulary`, `plugin`, `reference`, `artifacts`) and run by (`runner`)."""
