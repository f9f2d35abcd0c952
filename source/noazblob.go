//go:build !azblob

package source

import (
	"context"
	"net/url"
)

// openAzure says how a program that reads Azure Blob Storage is built.
func openAzure(_ context.Context, name string, _ url.Values) (bucket, error) {
	return nil, notBuilt("azblob", name)
}
