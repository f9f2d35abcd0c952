package all_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daycast"
	"daycast/model/all"
	"daycast/model/onnx"
)

// A network is named by its path and joins the others, and what is wrong with it
// names the model.
func TestNamedNetworks(t *testing.T) {
	if _, err := onnx.Open(); err != nil {
		if os.Getenv("DAYCAST_REQUIRE") != "" {
			t.Fatal("DAYCAST_REQUIRE is set and the library is missing: ", err)
		}
		if _, named := all.Named([]string{"onnx:mlp"}); daycast.CodeOf(named) != daycast.Unavailable || !strings.Contains(named.Error(), "onnx:mlp") {
			t.Errorf("without the library: %v, want code unavailable and the model", named)
		}
		t.Skip("NOT TESTED without the library: ", err)
	}
	path := filepath.Join("..", "onnx", "testdata", "mlp")
	models, err := all.Named([]string{all.Usual, "onnx:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(models); n != len(all.Models())+1 || models[n-1].Name() != "onnx:mlp" {
		t.Errorf("%d models, the last is %s", n, models[n-1].Name())
	}
	if _, err := all.Named([]string{"onnx:none"}); daycast.CodeOf(err) != daycast.NotFound || !strings.Contains(err.Error(), "onnx:none") {
		t.Errorf("no such file: %v, want code not_found and the model", err)
	}
}
