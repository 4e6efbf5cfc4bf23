"""Systems beside ours: pieces that come in once, pieces that go out in order until they are taken."""
