//go:build !static && (linux || darwin)

package xgboost

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/ebitengine/purego"
)

var usualName = map[string]string{"linux": "libxgboost.so", "darwin": "libxgboost.dylib"}[runtime.GOOS]

const loadHint = libraryVariable + " names the file libxgboost.so, which the Python package xgboost-cpu brings in xgboost/lib"

// load opens the library and sets functions to its symbols. It is never
// closed: its threads would outlive their code.
func load(path string, functions map[string]any) error {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	for name, function := range functions {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return errors.Join(fmt.Errorf("%s has no %s", path, name), err)
		}
		purego.RegisterFunc(function, symbol)
	}
	return nil
}
