//go:build !static && (linux || darwin)

package xgboost

import (
	"runtime"

	"github.com/ebitengine/purego"
)

var usualName = map[string]string{"linux": "libxgboost.so", "darwin": "libxgboost.dylib"}[runtime.GOOS]

const loadHint = libraryVariable + " names the file libxgboost.so, which the Python package xgboost-cpu brings in xgboost/lib"

// load opens a library and returns what points a function at a symbol of it.
// It is never closed: its threads would outlive their code.
func load(path string) (find func(symbol string, function any) error, err error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	return func(symbol string, function any) error {
		address, err := purego.Dlsym(handle, symbol)
		if err == nil {
			purego.RegisterFunc(function, address)
		}
		return err
	}, nil
}
