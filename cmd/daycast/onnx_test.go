package main_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast/model/onnx"
)

// network is a shop whose only model is a network that scikit-learn trained; the
// test is skipped without ONNX Runtime's library.
func network(t *testing.T) (dir string) {
	t.Helper()
	if _, err := onnx.Open(); err != nil {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_REQUIRE is set and the library is missing: ", err)
		}
		t.Skip("NOT TESTED without ONNX Runtime's library: ", err)
	}
	dir = newShop(t)
	for _, name := range []string{"mlp.onnx", "mlp.json"} {
		write(t, filepath.Join(dir, name), read(t, filepath.Join("../../model/onnx/testdata", name)))
	}
	config := filepath.Join(dir, "daycast.yaml")
	write(t, config, strings.Replace(read(t, config), "models: [seasonal_naive, weekday_mean]", `models: ["onnx:mlp"]`, 1))
	return dir
}

// TestNetworkServes: a network that is the only model becomes the champion, and
// the server answers with it, in numbers that the run has stored.
func TestNetworkServes(t *testing.T) {
	t.Parallel()
	const champion = "onnx:mlp"
	dir := network(t)
	must(t, dir, "run", "--config", "daycast.yaml")
	s := start(t, dir, "serve", "--config", "daycast.yaml", "--addr", "127.0.0.1:0")
	var models struct {
		Models []struct {
			Name     string
			Champion bool
		}
	}
	s.get("/v1/models", 200, &models)
	if len(models.Models) != 1 || models.Models[0].Name != champion || !models.Models[0].Champion {
		t.Fatalf("models %v, want the champion %s alone", models.Models, champion)
	}
	records, err := csv.NewReader(strings.NewReader(must(t, dir, "forecast", "--config", "daycast.yaml", "--out", "-").out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string][]string{} // rows by item
	for _, r := range records[1:] {
		stored[r[0]] = append(stored[r[0]], strings.Join(r[:8], ",")) // what stock lets be sold is in the file alone
	}
	if len(stored) == 0 {
		t.Fatal("no forecasts")
	}
	for item, want := range stored {
		var made answer
		s.ask("POST", "/v1/predict", fmt.Sprintf(`{"series": [%q], "horizon": 14}`, item), 200, &made)
		if model := made.Forecasts[0].Model; model != champion {
			t.Errorf("%s is forecast by %s, want %s", item, model, champion)
		}
		if got := strings.Join(made.Forecasts[0].rows(), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("%s: predicted\n%s\nin the file\n%s", item, got, strings.Join(want, "\n"))
		}
	}
	s.stop()
}
