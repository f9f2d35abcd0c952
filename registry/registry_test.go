package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"daycast"
	"daycast/model"
	"daycast/registry"
)

// text is a Fitted that is nothing but its bytes.
type text string

func (text) Kind() string             { return "text" }
func (m text) Save(w io.Writer) error { _, err := io.WriteString(w, string(m)); return err }
func (text) Forecast(context.Context, model.Request) (*daycast.Forecasts, error) {
	return nil, errors.New("not asked for here")
}

func loaders() map[string]model.Loader {
	return map[string]model.Loader{"text": func(r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
		body, err := io.ReadAll(r)
		return text(body), err
	}}
}

// open has a clock that goes on by a second with each look.
func open(t testing.TB, dir string) *registry.Registry {
	t.Helper()
	r, err := registry.Open(dir, loaders())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("CET", 3600))
	r.Now = func() time.Time { now = now.Add(time.Second); return now }
	return r
}

func version(id string) registry.Version {
	return registry.Version{
		ID: id, Name: "gbm", Parameters: map[string]string{"leaves": "31", "ünï": "<&>\n"},
		Origin: -1, Horizon: 28, Step: daycast.Daily, Data: "d1",
		Metrics: map[string]float64{"wape": .5, "pinball": math.NaN()}, Run: "run 1", Code: "v0.1",
	}
}

func put(t testing.TB, r *registry.Registry, id, body string) registry.Version {
	t.Helper()
	v, err := r.Put(t.Context(), version(id), text(body))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantCode(t testing.TB, err error, code daycast.Code, says string) {
	t.Helper()
	if err == nil || daycast.CodeOf(err) != code || !strings.Contains(err.Error(), says) {
		t.Fatalf("got error %v, want code %s and %q", err, code, says)
	}
}

func wantBody(t testing.TB, r *registry.Registry, id, body string) {
	t.Helper()
	f, v, err := r.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if f != model.Fitted(text(body)) || v.ID != id {
		t.Fatalf("%s holds %v, want %q", v.ID, f, body)
	}
}

func TestPutAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "registry")
	r := open(t, dir)
	b, a := put(t, r, "b", "second"), put(t, r, "a", "first")
	if b.Kind != "text" || b.Size == 0 || b.Created.IsZero() {
		t.Errorf("put gave %+v", b)
	}
	again := open(t, dir)
	got, err := again.List()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]registry.Version{a, b}, got, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("versions, newest first (-want +got):\n%s", d)
	}
	wantBody(t, again, "a", "first")
	wantBody(t, again, "b", "second")
	if v := put(t, r, "", "third"); v.ID != put(t, r, "", "third").ID {
		t.Errorf("the same bytes got two ids")
	}
}

func TestPutAgain(t *testing.T) {
	r := open(t, t.TempDir())
	first := put(t, r, "a", "body")
	if same := put(t, r, "a", "body"); !same.Created.Equal(first.Created) {
		t.Errorf("the same bytes made a new version")
	}
	put(t, r, "a", "other body")
	wantBody(t, r, "a", "other body")
	put(t, r, "a", "body") // back
	wantBody(t, r, "a", "body")
	if err := r.Promote("a"); err != nil {
		t.Fatal(err)
	}
	put(t, r, "a", "body")
	_, err := r.Put(t.Context(), version("a"), text("other body"))
	wantCode(t, err, daycast.Conflict, "champion")
	wantBody(t, r, "a", "body")
}

func TestPutRefuses(t *testing.T) {
	r := open(t, t.TempDir())
	for _, change := range []func(*registry.Version){
		func(v *registry.Version) { v.Horizon = 0 },
		func(v *registry.Version) { v.Step = 2 },
		func(v *registry.Version) { v.Origin = math.MaxInt32 },
	} {
		v := version("a")
		change(&v)
		_, err := r.Put(t.Context(), v, text("body"))
		wantCode(t, err, daycast.Invalid, "want")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Put(cancelled, version("a"), text("body")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if list, err := r.List(); err != nil || len(list) != 0 {
		t.Errorf("the registry holds %v, %v", list, err)
	}
}

func TestIDs(t *testing.T) {
	r := open(t, t.TempDir())
	for _, id := range []string{
		"..", ".", "../a", "a/b", `a\b`, "/a", ".hidden", "-flag", "a b", "a\x00", "ü", "aliases.json", "Aliases.JSON", strings.Repeat("a", 129),
	} {
		_, err := r.Put(t.Context(), version(id), text("body"))
		wantCode(t, err, daycast.Invalid, "id")
		_, err = r.Get(id)
		wantCode(t, err, daycast.Invalid, "id")
		wantCode(t, r.Promote(id), daycast.Invalid, "id")
	}
	_, err := r.Get("")
	wantCode(t, err, daycast.Invalid, "id")
	put(t, r, "2026-01-02T03.04_x", "body")
	_, err = r.Get("never")
	wantCode(t, err, daycast.NotFound, "2026-01-02T03.04_x")
}

func TestPromoteAndRollback(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	_, err := r.Champion()
	wantCode(t, err, daycast.NotFound, "champion")
	_, err = r.Rollback()
	wantCode(t, err, daycast.NotFound, "earlier")
	wantCode(t, r.Promote("a"), daycast.NotFound, "a")
	for _, id := range []string{"a", "b", "c"} {
		put(t, r, id, id)
	}
	promote := func(id string) func() error { return func() error { return r.Promote(id) } }
	rollback := func() error { _, err := r.Rollback(); return err }
	for i, step := range []struct {
		do   func() error
		want string
	}{
		{promote("a"), "a"},
		{promote("a"), "a"}, // no news
		{promote("b"), "b"},
		{promote("c"), "c"},
		{rollback, "b"},
		{rollback, "a"},
		{promote("c"), "c"},
		{rollback, "a"},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		v, err := open(t, dir).Champion()
		if err != nil || v.ID != step.want {
			t.Fatalf("step %d: champion %q, %v; want %q", i, v.ID, err, step.want)
		}
	}
	wantCode(t, rollback(), daycast.NotFound, "earlier")
	history, err := r.History()
	if err != nil || len(history) != 7 || history[3].Action != registry.RolledBack || history[0].Time.IsZero() {
		t.Errorf("history %+v, %v", history, err)
	}
}

// files gives the model's and the manifest's path.
func files(t *testing.T, dir, id string) (modelFile, manifest string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, id, "model-*.bin"))
	if err != nil || len(found) != 1 {
		t.Fatalf("model files %v, %v", found, err)
	}
	return found[0], filepath.Join(dir, id, "manifest.json")
}

func TestBrokenFiles(t *testing.T) {
	flip := func(path string) error {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		content[len(content)/2] ^= 0x20
		return os.WriteFile(path, content, 0o644)
	}
	cut := func(path string) error { return os.Truncate(path, 7) }
	for _, c := range []struct {
		name     string
		manifest bool
		spoil    func(path string) error
		want     daycast.Code
	}{
		{"model cut", false, cut, daycast.Invalid},
		{"model flipped", false, flip, daycast.Invalid},
		{"model gone", false, os.Remove, daycast.Invalid},
		{"manifest cut", true, cut, daycast.Invalid},
		{"manifest gone", true, os.Remove, daycast.NotFound},
		{"manifest of another version", true, func(path string) error {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, bytes.Replace(content, []byte(`"a"`), []byte(`"b"`), 1), 0o644)
		}, daycast.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			r := open(t, dir)
			put(t, r, "a", "a body that is long enough to cut")
			modelFile, manifest := files(t, dir, "a")
			path := modelFile
			if c.manifest {
				path = manifest
			}
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			says := path
			if c.want == daycast.NotFound {
				says = "exist"
			}
			_, _, err := r.Load(t.Context(), "a")
			wantCode(t, err, c.want, says)
			wantCode(t, r.Promote("a"), c.want, says)
			put(t, r, "a", "the run again")
			wantBody(t, r, "a", "the run again")
		})
	}
}

func TestBrokenAliases(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	put(t, r, "a", "body")
	if err := os.WriteFile(filepath.Join(dir, "aliases.json"), []byte(`{"champion": [{"version": "../a"`), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := r.Champion()
	wantCode(t, err, daycast.Invalid, "aliases.json")
	wantCode(t, r.Promote("a"), daycast.Invalid, "aliases.json")
}

// A run that was killed while it saved leaves a folder that nobody sees.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".next-a")
	if err := os.MkdirAll(filepath.Join(left, "model-0.bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir)
	if list, err := r.List(); err != nil || len(list) != 0 {
		t.Fatalf("list %v, %v", list, err)
	}
	put(t, r, "a", "body")
	wantBody(t, r, "a", "body")
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the leftover is still there: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := registry.Open(file, nil)
	wantCode(t, err, daycast.Invalid, "file")
	r, err := registry.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	put(t, r, "a", "body")
	_, _, err = r.Load(t.Context(), "a")
	wantCode(t, err, daycast.Invalid, "kind")
}

// Readers always get a whole champion, whatever is promoted or replaced.
func TestReadersWhilePromoting(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	for _, id := range []string{"a", "b"} {
		put(t, r, id, "the body of "+id)
	}
	if err := r.Promote("a"); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		reader, err := registry.Open(dir, loaders())
		if err != nil {
			t.Fatal(err)
		}
		readers.Go(func() {
			for {
				readOnce(t, reader)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 12 {
		if err := r.Promote("b"); err != nil {
			t.Error(err)
		}
		put(t, r, "c", strings.Repeat("other bytes each time", i+1))
		if _, err := r.Rollback(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

func readOnce(t *testing.T, r *registry.Registry) {
	v, err := r.Champion()
	if err != nil {
		t.Error(err)
		return
	}
	f, _, err := r.Load(t.Context(), v.ID)
	if err != nil || f != model.Fitted(text("the body of "+v.ID)) {
		t.Errorf("champion %s: %v, %v", v.ID, f, err)
	}
	if _, err := r.List(); err != nil {
		t.Error(err)
	}
}
