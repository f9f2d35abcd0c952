//go:build gs || azblob

package source

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/url"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"daycast"
)

// A cloudBucket is one that gocloud.dev can open.
type cloudBucket struct {
	bucket *blob.Bucket
	name   string // with its scheme
}

func openCloud(ctx context.Context, scheme, name string, query url.Values) (bucket, error) {
	where := url.URL{Scheme: scheme, Host: name, RawQuery: query.Encode()}
	b, err := blob.OpenBucket(ctx, where.String())
	if err != nil {
		return nil, daycast.Errorf(daycast.Unauthorized, "%s://%s cannot be opened: %w", scheme, name, err).
			WithHint("the account and its credentials come from the environment: docs/sources.md")
	}
	return &cloudBucket{bucket: b, name: scheme + "://" + name}, nil
}

func (b *cloudBucket) list(ctx context.Context, prefix string) ([]stored, error) {
	var objects []stored
	all := b.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, b.explain(ctx, err)
		}
		objects = append(objects, stored{o.Key, o.Size, o.ModTime.UTC().String() + hex.EncodeToString(o.MD5)})
	}
}

func (b *cloudBucket) read(ctx context.Context, o stored, from, n int64) (io.ReadCloser, error) {
	r, err := b.bucket.NewRangeReader(ctx, o.key, from, n, nil)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	if r.Size() != o.size {
		_ = r.Close()
		return nil, changed(b.name + "/" + o.key)
	}
	return r, nil
}

func (b *cloudBucket) Close() error { return b.bucket.Close() }

func (b *cloudBucket) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	code := daycast.Unavailable
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		code = daycast.NotFound
	case gcerrors.PermissionDenied:
		code = daycast.Unauthorized
	case gcerrors.InvalidArgument, gcerrors.Unimplemented:
		code = daycast.Invalid
	}
	return daycast.Errorf(code, "%s: %w", b.name, err).WithHint("the credentials need to list the bucket and to read its files")
}
