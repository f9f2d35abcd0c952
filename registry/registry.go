// Package registry keeps fitted models on disk, each with where it comes
// from, and says which of them serves: the champion.
//
//	<dir>/<version id>/manifest.json    the Version
//	<dir>/<version id>/model-<sum>.bin  what model.Save wrote
//	<dir>/aliases.json                  all promotions; the last one counts
//
// Readers, in this process or others, see each change whole or not at all.
// Writers are told apart by one lock in a process; of two processes that
// write the same thing at once, the last wins.
package registry

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"daycast"
	"daycast/model"
)

// A Registry is safe for concurrent use.
type Registry struct {
	// Now is the clock, time.Now unless set before the first use.
	Now func() time.Time

	dir     string
	loaders map[string]model.Loader
	writing sync.Mutex
}

// Open opens the registry in dir, which it makes where there is none. loaders
// maps a model's kind to what reads it.
func Open(dir string, loaders map[string]model.Loader) (*Registry, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fileError(err)
	}
	return &Registry{Now: time.Now, dir: dir, loaders: loaders}, nil
}

// Put saves f as a version and returns that with its Kind, Size and SHA256,
// and Created where v has none. An empty ID is made from the model's bytes. A
// version that is there with the same bytes stays as it is; one with other
// bytes, or broken, is replaced: where it is the whole champion, that is code
// conflict.
func (r *Registry) Put(ctx context.Context, v Version, f model.Fitted) (Version, error) {
	var file bytes.Buffer
	if err := model.Save(&file, f); err != nil {
		return Version{}, err
	}
	sum := sha256.Sum256(file.Bytes())
	v = v.clone()
	v.Kind, v.Size, v.SHA256 = f.Kind(), int64(file.Len()), hex.EncodeToString(sum[:])
	if v.ID == "" {
		v.ID = v.SHA256[:16]
	}
	if v.Created.IsZero() {
		v.Created = r.Now()
	}
	v.Created = v.Created.UTC().Round(0) // as it is read back: no monotonic clock
	if err := v.check(); err != nil {
		return Version{}, err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return Version{}, err
	}
	if _, err := os.Stat(r.folder(v.ID)); errors.Is(err, fs.ErrNotExist) {
		return v, fileError(r.create(v, file.Bytes()))
	}
	if old, err := r.Get(v.ID); err == nil && r.verify(ctx, old) == nil {
		if old.SHA256 == v.SHA256 {
			return old, nil
		}
		if err := r.refuseChampion(v.ID); err != nil {
			return Version{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return Version{}, err
	}
	return v, fileError(r.replace(v, file.Bytes()))
}

func (r *Registry) refuseChampion(id string) error {
	champion, err := r.championID()
	if err == nil && champion == id {
		err = daycast.Errorf(daycast.Conflict, "model version %s is the champion, and the new model has other bytes", id).
			WithHint("save the model under a new id, or promote another one first")
	}
	return err
}

// create makes the version's folder under another name first.
func (r *Registry) create(v Version, file []byte) error {
	text, err := v.encode()
	if err != nil {
		return err
	}
	next := filepath.Join(r.dir, ".next-"+v.ID)
	if err := os.RemoveAll(next); err != nil { // a killed run may have left it
		return err
	}
	err = os.Mkdir(next, 0o755)
	if err == nil {
		err = writeFile(filepath.Join(next, v.modelFile()), file)
	}
	if err == nil {
		err = writeFile(filepath.Join(next, manifestName), text)
	}
	if err == nil {
		err = rename(next, r.folder(v.ID))
	}
	if err != nil {
		_ = os.RemoveAll(next) // the disk may need the room
	}
	return err
}

// replace writes the new model's file beside the old one, then the manifest
// that makes it count.
func (r *Registry) replace(v Version, file []byte) error {
	text, err := v.encode()
	if err != nil {
		return err
	}
	folder := r.folder(v.ID)
	if err := replaceFile(filepath.Join(folder, v.modelFile()), file); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(folder, manifestName), text); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if e.Name() != manifestName && e.Name() != v.modelFile() {
			err = errors.Join(err, os.Remove(filepath.Join(folder, e.Name())))
		}
	}
	return err
}

const manifestName = "manifest.json"

func (r *Registry) folder(id string) string { return filepath.Join(r.dir, id) }

// Get is the version of an id: code not_found without one, and code invalid,
// with the file's name, where its manifest is broken.
func (r *Registry) Get(id string) (Version, error) {
	if err := checkID(id); err != nil {
		return Version{}, err
	}
	path := filepath.Join(r.folder(id), manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Version{}, r.unknown(id)
	}
	if err != nil {
		return Version{}, fileError(err)
	}
	v, err := decodeVersion(text)
	if err == nil && v.ID != id {
		err = daycast.Errorf(daycast.Invalid, "it is of version %s", v.ID)
	}
	if err != nil {
		return Version{}, broken(path, err)
	}
	return v, nil
}

const brokenHint = "restore the file, or move its folder away and train again"

// broken names the file at fault.
func broken(path string, err error) error {
	return daycast.Errorf(daycast.CodeOf(err), "%s: %w", path, err).WithHint("%s", brokenHint)
}

func (r *Registry) unknown(id string) error {
	err := daycast.Errorf(daycast.NotFound, "model version %s does not exist", id)
	ids, failed := r.ids()
	if failed != nil || len(ids) == 0 {
		return err.WithHint("the registry is empty: train a model first")
	}
	if n := len(ids); n > 10 {
		ids = append(ids[:10], "...")
	}
	return err.WithHint("there are %s", strings.Join(ids, ", "))
}

func (r *Registry) ids() ([]string, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, fileError(err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && idPattern.MatchString(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// List is all versions, the newest first. A broken manifest is code invalid.
func (r *Registry) List() ([]Version, error) {
	ids, err := r.ids()
	if err != nil {
		return nil, err
	}
	versions := make([]Version, 0, len(ids))
	for _, id := range ids {
		v, err := r.Get(id)
		if err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	slices.SortFunc(versions, func(a, b Version) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	return versions, nil
}

// Load reads a version's model. A file that is not as it was written is code
// invalid and named.
func (r *Registry) Load(ctx context.Context, id string) (model.Fitted, Version, error) {
	v, err := r.Get(id)
	if err != nil {
		return nil, Version{}, err
	}
	f, err := r.load(ctx, v)
	if errors.Is(err, fs.ErrNotExist) { // unless it was replaced since Get
		if now, again := r.Get(id); again == nil && now.SHA256 != v.SHA256 {
			v = now
			f, err = r.load(ctx, v)
		}
	}
	if err != nil {
		return nil, Version{}, err
	}
	return f, v, nil
}

func (r *Registry) load(ctx context.Context, v Version) (f model.Fitted, err error) {
	err = r.read(ctx, v, func(file io.Reader) error {
		f, err = model.Load(file, r.loaders)
		return err
	})
	return f, err
}

func (r *Registry) verify(ctx context.Context, v Version) error {
	return r.read(ctx, v, func(io.Reader) error { return nil })
}

// read hands the model's file to use once its checksum is right.
func (r *Registry) read(ctx context.Context, v Version, use func(io.Reader) error) (err error) {
	path := filepath.Join(r.folder(v.ID), v.modelFile())
	file, err := os.Open(path)
	if err != nil {
		return daycast.Errorf(daycast.Invalid, "model file: %w", err).WithHint("%s", brokenHint)
	}
	defer func() { _ = file.Close() }() // nothing was written
	sum := sha256.New()
	size, err := io.Copy(sum, reader{ctx, file})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fileError(err)
	}
	if size != v.Size || hex.EncodeToString(sum.Sum(nil)) != v.SHA256 {
		return broken(path, daycast.Errorf(daycast.Invalid,
			"the model file is corrupt: its %d bytes are not the %d bytes of its checksum", size, v.Size))
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fileError(err)
	}
	if err := use(reader{ctx, file}); err != nil && ctx.Err() == nil {
		return broken(path, err)
	}
	return ctx.Err()
}

// reader stops when its context does.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
