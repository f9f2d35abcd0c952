"""peers.py FOLDER METHOD [nonnegative]: hierarchicalforecast on what bench.py wrote; prints one JSON object."""
import json
import resource
import sys

import numpy as np
from hierarchicalforecast.methods import MinTrace, MinTraceSparse
from scipy import sparse

folder, method = sys.argv[1:3]
nonnegative = len(sys.argv) > 3
meta = json.load(open(f"{folder}/meta.json"))
n, horizon = meta["series"], meta["horizon"]
rows = [sparse.csr_matrix(np.ones((1, n)))]
for k, level in enumerate(meta["levels"]):
    of = np.fromfile(f"{folder}/level{k}", np.int32)
    rows.append(sparse.csr_matrix((np.ones(n), (of, np.arange(n))), (len(level["names"]), n)))
S = sparse.vstack([*rows, sparse.eye(n)]).tocsr()


def nodes(name):
    return np.vstack([np.fromfile(f"{folder}/{name}.upper", np.float64).reshape(-1, horizon), np.fromfile(f"{folder}/{name}.bottom", np.float32).reshape(-1, horizon)])


last = meta["windows"] - 1
base = nodes(f"base{last}")
past = dict(
    y_insample=np.hstack([nodes(f"actual{k}") for k in range(last)]),
    y_hat_insample=np.hstack([nodes(f"base{k}") for k in range(last)]),
)
if method != "structural":
    S = S.toarray()
before = resource.getrusage(resource.RUSAGE_SELF)
if method == "structural":
    got = MinTraceSparse("wls_struct", nonnegative=nonnegative, num_threads=2)(S=S, y_hat=base)
else:
    got = MinTrace("mint_shrink", nonnegative=nonnegative, num_threads=2)(S=S, y_hat=base, **past)
# Not ru_maxrss, which begins at that of the process that started this one.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
after = resource.getrusage(resource.RUSAGE_SELF)
got["mean"][-n:].astype(np.float32).tofile(f"{folder}/theirs.bottom")
print(json.dumps({"cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "mib": peak / 1024}))
