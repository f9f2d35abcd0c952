//go:build gs

package source

import (
	"context"
	"net/url"

	_ "gocloud.dev/blob/gcsblob" // opens gs://
)

// openGS opens a bucket of Google Cloud Storage with the machine's Application
// Default Credentials.
func openGS(ctx context.Context, name string, query url.Values) (bucket, error) {
	return openCloud(ctx, "gs", name, query)
}
