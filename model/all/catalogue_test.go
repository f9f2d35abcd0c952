package all_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/model/all"
)

var update = flag.Bool("update", false, "write docs/models.md anew")

const page = "../../docs/models.md"

// docs/models.md says what the catalogue says.
func TestPage(t *testing.T) {
	got := describe()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/models.md is not up to date; run go generate ./model/all: %s", diff)
	}
}

func describe() string {
	var b strings.Builder
	b.WriteString(`<!-- Generated from model/all by go generate ./model/all. Do not edit. -->
# Models

` + "`forecast.models`" + ` in daycast.yaml, and ` + "`daycast forecast --csv FILE --model NAME,NAME`" + `, name the models to compare. Where they name none, the usual
ones are compared, and those for small shops, which have at most a million series-days, or five million where that is a year or more a series in the mean: ` + "`small shops with years`" + ` want that year. ` + "`forecast.parameters`" + ` sets what is in the last column; ` + "`daycast tune --model NAME`" + ` looks for good values.

| name | usual | what it is | parameters, with what is legal |
|-|-|-|-|
`)
	for _, e := range all.Catalogue() {
		name := e.Model.Name()
		if name == "xgboost" {
			continue // not everywhere
		}
		usual := ""
		if e.Usual {
			usual = "yes"
		}
		if e.Small {
			usual = "small shops"
		}
		if e.Years {
			usual = "small shops with years"
		}
		var parameters []string
		for _, p := range all.Parameters(name) {
			parameters = append(parameters, fmt.Sprintf("`%s` %g to %g", p.Name, p.From, p.To))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, usual, e.Summary, strings.Join(parameters, ", "))
	}
	b.WriteString("\n`xgboost` is a further usual one where its library is found: boosted trees by that library, with the parameters of `gbm` but `min_hessian` for `min_rows`.\n")
	b.WriteString(networks)
	return b.String()
}

const networks = `
` + "`usual`" + ` among the names stands for all usual ones.

Three parameters say what a row weighs where a model learns from rows of all series: ` + "`half_life`" + ` is in how many periods the weight
halves (0, as usual: never); ` + "`scale_power`" + ` is the power of what the series sells of late (1, as usual: units count alike;
0: series count alike, as the boosting has it where the metric is mase or rmsse); ` + "`price_power`" + ` is the power of the price (0, as usual; 1: revenue counts alike).

Where there are at most ` + "`few_rows`" + ` rows to learn from (50,000, as usual), boosting takes five halves of ` + "`trees`" + `, with half of ` + "`learning_rate`" + `.

## Networks made elsewhere

` + "`onnx:PATH`" + ` is the network in ` + "`PATH.onnx`" + `, as PyTorch, TensorFlow and scikit-learn export it; in daycast.yaml the path is relative to
that file. It is a model of all series that is trained already, and is compared with the others: ` + "`models: [usual, \"onnx:networks/mlp\"]`" + `.
ONNX Runtime's library (1.16 or newer) runs it: ` + "`DAYCAST_ONNXRUNTIME_LIB`" + ` names the file, which the Python package onnxruntime brings in
onnxruntime/capi. Beside the network, ` + "`PATH.json`" + ` says what it reads and answers:

` + "```json" + `
{"features": ["mean_1w", "mean_4w", "last_1", "same_4", "log_scale"], "target": "ratio", "missing": 0}
` + "```" + `

| key | is |
|-|-|
| ` + "`features`" + ` | what the network reads, in its order, of [features.md](features.md). Not the number of a category or another group: it changes with the shop's groups |
| ` + "`target`" + ` | what it answers: ` + "`ratio`" + `, units divided by the series' scale at the origin, or ` + "`units`" + ` |
| ` + "`missing`" + ` | what it is given for a feature that is missing; without the key NaN, which the network then has to know |
| ` + "`output`" + ` | the name of its output, where it has several |
| ` + "`groups`" + ` | the groups of features that are made; without the key the default features |

` + "`daycast rows`" + ` writes rows to train one on, as CSV: the features, ` + "`ratio`" + ` and the row's weight, up to the oldest origin of the backtest, since a
network that has seen the days that models are compared on looks better than it is. Such as:

` + "```python" + `
import json
import numpy as np
import onnx
from skl2onnx import to_onnx
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open("rows.csv") as f:
    features = f.readline().strip().split(",")[:-2]
table = np.genfromtxt("rows.csv", delimiter=",", skip_header=1, dtype=np.float32)
x, y, weight = np.nan_to_num(table[:, :-2], nan=0.0), np.minimum(table[:, -2], 30), table[:, -1]
net = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(32, 16), alpha=0.1, early_stopping=True, random_state=1))
net.fit(x, y, mlpregressor__sample_weight=weight / weight.mean())
onnx.save(to_onnx(net, x[:1], target_opset=15), "net.onnx")
with open("net.json", "w") as f:
    json.dump({"features": features, "target": "ratio", "missing": 0}, f)
` + "```" + `

The network has one input of float32, rows x features, and one number of float32 for each row. Where its answer is not finite, the series' scale is
forecast.
`
