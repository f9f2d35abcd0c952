//go:build azblob

package source

import (
	"context"
	"net/url"

	_ "gocloud.dev/blob/azureblob" // opens azblob://
)

// openAzure opens a container of Azure Blob Storage; the account and its key
// come from the environment (AZURE_STORAGE_ACCOUNT, ...).
func openAzure(ctx context.Context, name string, query url.Values) (bucket, error) {
	return openCloud(ctx, "azblob", name, query)
}
