"""Three-way merge of prompts: field by field, message by message, texts by lines."""
