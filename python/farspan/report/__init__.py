"""Does a model extrapolate, and under which method? The losses of a Hugging Face model beyond its trained length.

    python -m farspan report --model PATH-OR-GGUF --text FILE

Weights and tokenizer come by transformers, attention by Farspan. Only farspan.report.model needs those packages.
"""
