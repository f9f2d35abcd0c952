"""Trains the networks of the tests on rows.csv, which `go test ./model/onnx -run
Golden -update` writes, and says what they answer there.

    pip install scikit-learn==1.9.1 skl2onnx onnxruntime==1.32.0
    python mlp.py
"""
import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open("rows.csv") as f:
    names = f.readline().strip().split(",")
table = np.genfromtxt("rows.csv", delimiter=",", skip_header=1, dtype=np.float32)
features = names[:-1]  # the last is the ratio of units to scale
x, y = np.nan_to_num(table[:, :-1], nan=0.0), table[:, -1]

mlp = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(16, 8), max_iter=300, alpha=1.0, random_state=1)).fit(x, y)
network = to_onnx(mlp, x[:1], target_opset=15)
onnx.save(network, "mlp.onnx")
with open("mlp.json", "w") as f:
    json.dump({"features": features, "target": "ratio", "missing": 0}, f, indent=1)

session = onnxruntime.InferenceSession("mlp.onnx", providers=["CPUExecutionProvider"])
answers = session.run(None, {session.get_inputs()[0].name: x})[0].ravel()
print("error of the network", float(np.mean((answers - y) ** 2)), "of a mean", float(np.var(y)))
with open("answers.json", "w") as f:
    json.dump([float(v) for v in answers], f)


def broken(name, inputs, outputs, nodes):
    graph = helper.make_graph(nodes, "g", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    onnx.save(model, name)


# What a network must not be: with two inputs, of doubles, with two numbers for
# each row, and one that has no answer where its input is 0.
n = len(features)
floats = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
broken("two_inputs.onnx", [floats("a", "rows", n), floats("b", "rows", n)], [floats("y", "rows", n)], [helper.make_node("Add", ["a", "b"], ["y"])])
double = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, ("rows", n))
broken("doubles.onnx", [double("a")], [double("y")], [helper.make_node("Neg", ["a"], ["y"])])
broken("wide.onnx", [floats("a", "rows", n)], [floats("y", "rows", n)], [helper.make_node("Neg", ["a"], ["y"])])
broken("log.onnx", [floats("a", "rows", n)], [floats("y", "rows", 1)], [
    helper.make_node("ReduceMin", ["a"], ["least"], axes=[1], keepdims=1), helper.make_node("Log", ["least"], ["y"])])
# Always the first feature, from batches of two rows.
one = helper.make_node("Constant", [], ["zero"], value=helper.make_tensor("zero", TensorProto.INT64, [1], [0]))
broken("two_rows.onnx", [floats("a", 2, n)], [floats("y", 2, 1)], [one, helper.make_node("Gather", ["a", "zero"], ["y"], axis=1)])
