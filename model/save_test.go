package model_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"daycast"
	"daycast/model"
)

// wrapper is a Fitted around another one.
type wrapper struct{ inner model.Fitted }

func (wrapper) Kind() string             { return "wrapper" }
func (w wrapper) Save(o io.Writer) error { return model.Save(o, w.inner) }
func (w wrapper) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	return w.inner.Forecast(ctx, r)
}

func loaders() map[string]model.Loader {
	return map[string]model.Loader{
		"answer": func(r io.Reader, _ func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
			body, err := io.ReadAll(r)
			if err == nil && string(body) != "body" {
				err = errors.New("not my body")
			}
			return answer{}, err
		},
		"wrapper": func(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
			inner, err := load(r)
			return wrapper{inner}, err
		},
	}
}

func save(t testing.TB, f model.Fitted) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := model.Save(&out, f); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSaveLoadNested(t *testing.T) {
	file := save(t, wrapper{wrapper{answer{}}})
	r := bytes.NewReader(append(file, "what follows"...))
	got, err := model.Load(r, loaders())
	if err != nil {
		t.Fatal(err)
	}
	if kind := got.(wrapper).inner.(wrapper).inner.Kind(); kind != "answer" {
		t.Errorf("innermost kind %q", kind)
	}
	if r.Len() != len("what follows") {
		t.Errorf("%d bytes left, want the %d that follow", r.Len(), len("what follows"))
	}
}

func TestLoadRefuses(t *testing.T) {
	good := save(t, answer{})
	var deep model.Fitted = answer{}
	for range 20 {
		deep = wrapper{deep}
	}
	files := map[string][]byte{
		"empty":         nil,
		"another file":  []byte("PAR1 and some more bytes"),
		"cut":           good[:len(good)-1],
		"flipped":       append(bytes.Clone(good[:len(good)-5]), good[len(good)-5]^1, 0, 0, 0, 0),
		"deep":          save(t, deep),
		"promises more": append(bytes.Clone(good[:15]), 0, 0, 0, 0, 0, 0xff, 0xff, 0x0f),
		"negative size": append(bytes.Clone(good[:15]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	}
	for name, file := range files {
		if _, err := model.Load(bytes.NewReader(file), loaders()); err == nil || daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
	if _, err := model.Load(bytes.NewReader(good), nil); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("unknown kind: %v, want code invalid", err)
	}
	broken := errors.New("disk on fire")
	if _, err := model.Load(io.MultiReader(bytes.NewReader(good[:9]), failing{broken}), loaders()); !errors.Is(err, broken) {
		t.Errorf("a failing disk became %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzLoad(f *testing.F) {
	f.Add(save(f, answer{}))
	f.Add(save(f, wrapper{answer{}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := model.Load(bytes.NewReader(file), loaders())
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Errorf("code %s: %v", daycast.CodeOf(err), err)
			}
			return
		}
		if again := save(t, m); !bytes.Equal(again, file[:len(again)]) {
			t.Errorf("loaded %q, saves %q", file, again)
		}
	})
}
