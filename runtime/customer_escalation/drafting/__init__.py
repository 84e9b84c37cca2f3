"""How a draft comes to be: by rules without a model, or by a model that reads the texts in ``prompts``."""
