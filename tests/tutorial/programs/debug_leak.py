"""With DEBUG_LEAK the collector keeps in ``gc.garbage`` what it would have freed."""

import atexit
import gc
import json


class Node:
    def __init__(self) -> None:
        self.me = self


gc.collect()
gc.set_debug(gc.DEBUG_LEAK)
atexit.register(gc.set_debug, 0)  # or it would report all of Python when the interpreter ends
for _ in range(3):
    Node()
gc.collect()
print(json.dumps({"garbage": len(gc.garbage)}))
