"""What the heads say, on screen: values, sentences, bars and the table."""
