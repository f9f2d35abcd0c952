package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"daycast"
)

// A bucket holds objects by key, somewhere else.
type bucket interface {
	// list are the objects whose keys begin with prefix.
	list(ctx context.Context, prefix string) ([]stored, error)
	// read opens an object from a byte on, as it was when it was listed; n is
	// how many bytes are wanted, negative for all. An object that has changed
	// since is code conflict, one that may be read later unavailable.
	read(ctx context.Context, o stored, from, n int64) (io.ReadCloser, error)
	Close() error
}

// A stored object of a bucket.
type stored struct {
	key     string
	size    int64
	version string // changes with its content
}

// buckets are those that were opened, to be closed.
type buckets struct{ opened []bucket }

// Close closes connections to buckets; files are open only while they are read.
func (b *buckets) Close() error {
	var errs []error
	for _, x := range b.opened {
		errs = append(errs, x.Close())
	}
	b.opened = nil
	return errors.Join(errs...)
}

// findRemote are the objects of a URL such as s3://bucket/folder/*.csv?region=eu-west-1.
func (b *buckets) findRemote(ctx context.Context, given string) ([]object, error) {
	where, key, query, err := splitURL(given)
	if err != nil {
		return nil, err
	}
	open := map[string]func(context.Context, string, url.Values) (bucket, error){
		"s3": openS3, "gs": openGS, "azblob": openAzure,
	}[where.Scheme]
	if open == nil {
		return nil, daycast.Errorf(daycast.Invalid, "%s: files cannot be read from %s://", given, where.Scheme).
			WithHint("want a path, file://, s3://, gs:// or azblob://")
	}
	opened, err := open(ctx, where.Host, query)
	if err != nil {
		return nil, err
	}
	b.opened = append(b.opened, opened)
	prefix := key
	if at := strings.IndexAny(key, `*?[\`); at >= 0 {
		prefix = key[:at]
	}
	found, err := opened.list(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var objects []object
	for _, o := range chosen(found, key) {
		objects = append(objects, remoteObject(opened, where.Scheme+"://"+where.Host+"/"+o.key, o))
	}
	return objects, nil
}

// splitURL takes a bucket's URL apart. Keys are as they are written, not
// percent-encoded; parameters follow the last question mark, if it is followed
// by a name and an equals sign, since a question mark is a pattern's too.
func splitURL(given string) (where url.URL, key string, query url.Values, err error) {
	rest := given
	if at := strings.LastIndexByte(given, '?'); at >= 0 && strings.Contains(given[at:], "=") {
		if query, err = url.ParseQuery(given[at+1:]); err != nil {
			return where, "", nil, daycast.Errorf(daycast.Invalid, "%s: the parameters after ? cannot be read: %w", given, err)
		}
		rest = given[:at]
	}
	where.Scheme, rest, _ = strings.Cut(rest, "://")
	where.Host, key, _ = strings.Cut(rest, "/")
	if where.Host == "" {
		return where, "", nil, daycast.Errorf(daycast.Invalid, "%s names no bucket", given).
			WithHint("want %s://bucket/folder/file", where.Scheme)
	}
	return where, key, query, nil
}

// chosen are the objects that a key, a pattern or a folder means.
func chosen(found []stored, key string) []stored {
	for _, o := range found {
		if o.key == key && !strings.HasSuffix(key, "/") {
			return []stored{o}
		}
	}
	folder := strings.TrimSuffix(key, "/") + "/"
	if key == "" {
		folder = ""
	}
	var objects []stored
	for _, o := range found {
		below, inFolder := strings.CutPrefix(o.key, folder)
		if wild(key) {
			inFolder, _ = path.Match(key, o.key)
			below = path.Base(o.key)
		}
		if inFolder && o.size > 0 && !strings.HasSuffix(o.key, "/") && !noted(below) {
			objects = append(objects, o)
		}
	}
	return objects
}

func remoteObject(b bucket, name string, o stored) object {
	return object{
		name: name, size: o.size,
		open: func(ctx context.Context) (io.ReadCloser, error) {
			r := &resuming{ctx: ctx, bucket: b, object: o, name: name}
			return r, r.connect() // so that an error comes with the opening
		},
		at: func(ctx context.Context) (readerAtCloser, error) {
			return &ranged{ctx: ctx, bucket: b, object: o, name: name}, nil
		},
	}
}

// readTries is how often a cut connection is made again before any more bytes
// have come: with a wait of a tenth of a second, doubled each time, some seconds.
const readTries = 6

func newBackOff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier = 100*time.Millisecond, 2
	return b
}

// A resuming reader streams an object. Where its connection is cut it goes on
// behind the last byte that came.
type resuming struct {
	ctx    context.Context // an io.Reader has no other way to hear of the end
	bucket bucket
	object stored
	name   string
	body   io.ReadCloser
	at     int64
}

func (r *resuming) connect() error {
	body, err := backoff.Retry(r.ctx, func() (io.ReadCloser, error) {
		body, err := r.bucket.read(r.ctx, r.object, r.at, -1)
		if err != nil && daycast.CodeOf(err) != daycast.Unavailable {
			return nil, backoff.Permanent(err)
		}
		return body, err
	}, backoff.WithMaxTries(readTries), backoff.WithBackOff(newBackOff()))
	if err != nil {
		return lost(r.ctx, r.name, err)
	}
	r.body = body
	return nil
}

func (r *resuming) Read(p []byte) (int, error) {
	wait := newBackOff()
	for try := 1; ; try++ {
		if r.at >= r.object.size {
			return 0, io.EOF
		}
		if r.body == nil {
			if err := r.connect(); err != nil {
				return 0, err
			}
		}
		n, err := r.body.Read(p)
		r.at += int64(n)
		if n > 0 || err == nil {
			return n, nil // an error comes again
		}
		_ = r.body.Close()
		r.body = nil
		if try >= readTries || r.ctx.Err() != nil {
			return 0, lost(r.ctx, r.name, err)
		}
		select {
		case <-r.ctx.Done():
		case <-time.After(wait.NextBackOff()):
		}
	}
}

func (r *resuming) Close() error {
	if r.body == nil {
		return nil
	}
	return r.body.Close()
}

// A ranged reader reads pieces of an object, one request each.
type ranged struct {
	ctx    context.Context // an io.ReaderAt has no other way to hear of the end
	bucket bucket
	object stored
	name   string
}

func (r *ranged) ReadAt(p []byte, from int64) (int, error) {
	if from < 0 || from >= r.object.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.object.size-from)
	_, err := backoff.Retry(r.ctx, func() (struct{}, error) {
		body, err := r.bucket.read(r.ctx, r.object, from, want)
		if err == nil {
			_, err = io.ReadFull(body, p[:want])
			_ = body.Close()
		} else if daycast.CodeOf(err) != daycast.Unavailable {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxTries(readTries), backoff.WithBackOff(newBackOff()))
	if err != nil {
		return 0, lost(r.ctx, r.name, err)
	}
	if want < int64(len(p)) {
		return int(want), io.EOF
	}
	return int(want), nil
}

func (*ranged) Close() error { return nil }

// lost is an error of reading an object; it keeps the bucket's own.
func lost(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var e *daycast.Error
	if errors.As(err, &e) {
		named := *e
		if !strings.Contains(named.Message, name) {
			named.Message = fmt.Sprintf("%s: %s", name, e.Message)
		}
		return &named
	}
	return daycast.Errorf(daycast.Unavailable, "the connection to %s was cut: %w", name, err)
}

func changed(name string) error {
	return daycast.Errorf(daycast.Conflict, "%s: the file was changed while it was read", name).WithHint("try again when it is whole")
}

// notBuilt says how to get a program that reads from a cloud whose client most
// shops have no use for.
func notBuilt(scheme, name string) error {
	return daycast.Errorf(daycast.Invalid, "%s://%s: this daycast was built without %s", scheme, name, scheme).
		WithHint("build it with go build -tags %s ./cmd/daycast, or copy the files to a folder or to S3", scheme)
}
