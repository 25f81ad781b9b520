"""What has survived a collection is old; what came after it is young."""

import gc
import json


class Old:
    pass


class Young:
    pass


gc.set_threshold(5_000, 20, 30)
OLD = Old()
gc.collect()
YOUNG = Young()
print(json.dumps({"thresholds": gc.get_threshold(), "generations": len(gc.get_stats())}))
