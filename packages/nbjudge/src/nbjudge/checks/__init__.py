"""What a check is written with (`vocabulary`, `modules`, `plugin`, `reference`, `rng`, `artifacts`)
and run by (`runner`)."""
