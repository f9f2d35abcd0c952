//go:build static || !(linux || darwin)

package xgboost

import "errors"

const (
	usualName = "libxgboost"
	loadHint  = "" // nothing that an operator can do
)

// load refuses: a static program has no loader of libraries.
func load(string) (func(string, any) error, error) {
	return nil, errors.New("this program is built without a loader of shared libraries")
}
