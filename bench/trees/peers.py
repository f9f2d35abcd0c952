"""The other programs' side: peers.py JOB FOLDER PEER PARAMETERS, the last as
JSON, runs one job on one set and prints one JSON object. Reading the arrays is
not timed."""
import ctypes
import gc
import json
import os
import resource
import sys
import time

import numpy as np

import data


class Watch:
    """Seconds, user CPU seconds and the memory that came on top meanwhile."""

    def __enter__(self):
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")  # the peak counts from here
        self.before = memory("VmRSS")
        self.cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        self.began = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.began
        self.cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - self.cpu
        self.extra = memory("VmHWM") - self.before


def memory(name):
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith(name))


def read_train(folder, p):
    """x, y and weights with a mean of 1, or None. Targets are cut at most, where
    that is above 0; a loss for counts takes none below zero."""
    x, y = data.read(folder, "train")
    y = y.clip(None if p["objective"] == "squared" else 0, p.get("most") or None)
    if not os.path.exists(weights := f"{folder}/train/w.f32"):
        return x, y, None
    w = np.fromfile(weights, "<f4")
    return x, y, w / w.mean()


def write(p, values):
    np.asarray(values, "<f4").ravel().tofile(p["out"])


def lightgbm_parameters(p):
    return {"objective": {"squared": "regression"}.get(p["objective"], p["objective"]), "tweedie_variance_power": 1.1,
            "num_leaves": p["leaves"], "learning_rate": 0.1, "max_bin": 255, "min_data_in_leaf": 20,
            "num_threads": p["threads"], "seed": p["seed"], "verbose": -1,
            "linear_tree": p.get("linear", False), "linear_lambda": 1}


def train_lightgbm(folder, p):
    import lightgbm

    first = memory("VmRSS")
    x, y, weight = read_train(folder, p)
    categorical = [c for c, levels in enumerate(meta(folder)["levels"]) if levels]
    parameters = lightgbm_parameters(p)
    with Watch() as bins:
        binned = lightgbm.Dataset(x, y, weight=weight, categorical_feature=categorical, params=parameters).construct()
    del x, y
    with Watch() as w:
        model = lightgbm.train(parameters, binned, p["trees"])
    write(p, model.predict(data.read(folder, "test")[0], num_threads=p["threads"]))
    return {"seconds": w.seconds, "cpu": w.cpu, "bins": bins.seconds, "bins_cpu": bins.cpu,
            "extra_MiB": w.extra, "all_MiB": w.before + w.extra - first}


def train_xgboost(folder, p):
    import xgboost

    first = memory("VmRSS")
    x, y, weight = read_train(folder, p)
    kinds = ["c" if levels else "q" for levels in meta(folder)["levels"]]
    how = {"feature_types": kinds, "enable_categorical": True, "nthread": p["threads"]}
    # A sum of hessians stands in for rows where it counts them.
    parameters = {"tree_method": "hist", "grow_policy": "lossguide", "max_leaves": p["leaves"], "max_depth": 0,
                  "eta": 0.1, "max_bin": 255, "lambda": 0, "nthread": p["threads"], "seed": p["seed"],
                  **{"squared": {"objective": "reg:squarederror", "min_child_weight": 20}, "poisson": {"objective": "count:poisson"},
                     "tweedie": {"objective": "reg:tweedie", "tweedie_variance_power": 1.1}}[p["objective"]]}
    with Watch() as bins:
        binned = xgboost.QuantileDMatrix(x, y, weight=weight, max_bin=255, **how)
    del x, y
    with Watch() as w:
        model = xgboost.train(parameters, binned, p["trees"])
    write(p, model.predict(xgboost.DMatrix(data.read(folder, "test")[0], **how)))
    return {"seconds": w.seconds, "cpu": w.cpu, "bins": bins.seconds, "bins_cpu": bins.cpu,
            "extra_MiB": w.extra, "all_MiB": w.before + w.extra - first}


def forest_sklearn(folder, p):
    from sklearn.ensemble import RandomForestRegressor

    x, y = data.read(folder, "train")
    model = RandomForestRegressor(p["trees"], max_features=1 / 3, min_samples_leaf=5, n_jobs=p["threads"], random_state=p["seed"])
    with Watch() as w:
        model.fit(x, y)
    write(p, model.predict(data.read(folder, "test")[0]))
    return {"seconds": w.seconds, "cpu": w.cpu, "extra_MiB": w.extra}


def prepare_lightgbm(folder, p):
    """Trains the model that the predict jobs ask: out.txt and out.onnx."""
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    x, y = data.read(folder, "train")
    model = lightgbm.train(lightgbm_parameters(p), lightgbm.Dataset(x, y), p["trees"])
    model.save_model(p["out"] + ".txt")
    converted = convert_lightgbm(model, initial_types=[("x", FloatTensorType([None, x.shape[1]]))])
    with open(p["out"] + ".onnx", "wb") as f:
        f.write(converted.SerializeToString())
    return {}


def predict_lightgbm(folder, p):
    import lightgbm

    x = np.ascontiguousarray(data.read(folder, "test")[0])
    model = lightgbm.Booster(model_file=p["model"] + ".txt")
    write(p, model.predict(x, num_threads=1))
    with Watch() as w:
        model.predict(x, num_threads=1)
    library, fast = lightgbm.basic._LIB, ctypes.c_void_p()
    assert not library.LGBM_BoosterPredictForMatSingleRowFastInit(
        model._handle, 0, 0, -1, 0, x.shape[1], b"num_threads=1", ctypes.byref(fast))  # normal, all trees, float32
    length, out = ctypes.byref(ctypes.c_int64()), (ctypes.c_double * 1)()
    rows = [ctypes.c_void_p(x[i:].ctypes.data) for i in range(4096)]
    ask = library.LGBM_BoosterPredictForMatSingleRowFast
    return {"seconds": w.seconds, "us_of_7": 7 * each(lambda row: ask(fast, row, length, out), rows),
            "us_of_1": each(lambda row: ask(fast, row, length, out), rows)}


def predict_onnx(folder, p):
    import onnxruntime

    x = np.ascontiguousarray(data.read(folder, "test")[0])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(p["model"] + ".onnx", options, providers=["CPUExecutionProvider"])
    write(p, session.run(None, {"x": x})[0])
    with Watch() as w:
        session.run(None, {"x": x})
    seconds = {}
    for n in (7, 1):  # bound to buffers: its quickest way to take few rows
        binding, how = session.io_binding(), onnxruntime.RunOptions()
        value = onnxruntime.OrtValue.ortvalue_from_numpy(x[:n])
        binding.bind_ortvalue_input("x", value)
        out = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((n, 1), np.float32))
        binding.bind_ortvalue_output(session.get_outputs()[0].name, out)

        def ask(rows):
            value.update_inplace(rows)
            session._sess.run_with_iobinding(binding._iobinding, how)

        seconds[n] = each(ask, [x[i:i + n] for i in range(4096)])
    return {"seconds": w.seconds, "us_of_7": seconds[7], "us_of_1": seconds[1]}


def each(ask, inputs):
    """Microseconds for one call, over calls of a second or more."""
    calls, began = 0, time.perf_counter()
    while (seconds := time.perf_counter() - began) < 1:
        for given in inputs:
            ask(given)
        calls += len(inputs)
    return seconds / calls * 1e6


def explain_lightgbm(folder, p):
    import lightgbm

    x = np.ascontiguousarray(data.read(folder, "test")[0][:2000])
    model = lightgbm.Booster(model_file=p["model"] + ".txt")
    with Watch() as w:
        model.predict(x, pred_contrib=True, num_threads=1)
    return {"seconds": w.seconds, "cpu": w.cpu}


def meta(folder):
    with open(f"{folder}/meta.json") as f:
        return json.load(f)


if __name__ == "__main__":
    job, folder, peer, parameters = sys.argv[1:]
    print(json.dumps(globals()[f"{job}_{peer}"](folder, json.loads(parameters))))
