"""How fast the library is here, beside what people do instead, measured in the same run."""
