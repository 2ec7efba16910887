"""The guide: pages of Markdown kept here, for anybody to read."""
