"""The sample register: real partnerships, shipped as data and told as acts (README.md)."""

from adapters.sample.register import Sample, read_sample
from adapters.sample.story import Step, Story

__all__ = ["Sample", "Step", "Story", "read_sample"]
