"""What many tests share."""

import pytest

from triage.knowledge import KnowledgeBase
from triage.loader.load import load
from triage.resources import data_folder


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    """Give the bundled knowledge base."""
    return load(data_folder("knowledge_base"))
