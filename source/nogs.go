//go:build !gs

package source

import (
	"context"
	"net/url"
)

// openGS says how a program that reads Google Cloud Storage is built.
func openGS(_ context.Context, name string, _ url.Values) (bucket, error) {
	return nil, notBuilt("gs", name)
}
