package tree

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/feature"
)

// someEnsemble has three trees with splits of numbers and of categories.
func someEnsemble(rows int) (*Ensemble, *feature.Frame) {
	rng := rand.New(rand.NewPCG(1, 4))
	x := randomFrame(rng, rows)
	grad, hess := randomGradients(rng, x.Rows, false)
	for i := range grad {
		grad[i] += 9*x.Data[0][i] - 9*float32(int(x.Data[8][i])%2)
	}
	b := NewBins(x, allRows(x.Rows), 1, 1)
	g := NewGrower(b.Matrix(x, 1), loose)
	e := NewEnsemble(b, .25, Log)
	for seed := range uint64(3) {
		e.Add(growOn(g, allRows(x.Rows), grad, hess, seed))
	}
	return e, x
}

func saved(t testing.TB, e *Ensemble) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.Save(&b, "test"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSaveAndLoad(t *testing.T) {
	e, x := someEnsemble(500)
	file := saved(t, e)
	rest := bytes.NewReader(append(bytes.Clone(file), "next"...))
	got, err := Load(rest, "test")
	if err != nil {
		t.Fatal(err)
	}
	if rest.Len() != len("next") {
		t.Errorf("%d bytes left, want %d: Load reads too far or not far enough", rest.Len(), len("next"))
	}
	if !bytes.Equal(saved(t, got), file) {
		t.Error("saved again, the bytes differ")
	}
	want, again := make([]float32, x.Rows), make([]float32, x.Rows)
	e.Predict(x, want)
	got.Predict(x, again)
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(e.Importance(), got.Importance()); diff != "" {
		t.Error(diff)
	}
}

func TestLoadRefusesDamage(t *testing.T) {
	e, _ := someEnsemble(500)
	e.trees = e.trees[:1]
	file := saved(t, e)
	refuse := func(what string, at int, b []byte) {
		t.Helper()
		if _, err := Load(bytes.NewReader(b), "test"); daycast.CodeOf(err) != daycast.Invalid || err == nil {
			t.Fatalf("%s at %d: %v, want code invalid", what, at, err)
		}
	}
	for i := range file {
		refuse("cut", i, file[:i])
		b := bytes.Clone(file)
		b[i] ^= 1 << (i % 8)
		refuse("flipped", i, b)
	}
	if _, err := Load(bytes.NewReader(file), "other"); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("another kind: %v, want code invalid", err)
	}
}

// sealed is a file with this body and a right checksum.
func sealed(body []byte) []byte {
	b := append([]byte(magic), version, 0, 4)
	b = append(b, "test"...)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(body)))
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func TestLoadRefusesHostileBodies(t *testing.T) {
	good := func() *Ensemble {
		e := NewEnsemble(&Bins{columns: make([]columnBins, 1)}, 0, Identity)
		e.trees = []Tree{{nodes: []node{{right: 2, set: -1}, {set: -1}, {set: -1}}}}
		return e
	}
	if _, err := Load(bytes.NewReader(sealed(good().body())), "test"); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(e *Ensemble){
		"loop":          func(e *Ensemble) { e.trees[0].nodes[0].right = -1 },
		"right is left": func(e *Ensemble) { e.trees[0].nodes[0].right = 1 },
		"no such child": func(e *Ensemble) { e.trees[0].nodes[0].right = 3 },
		"no left child": func(e *Ensemble) { e.trees[0].nodes[2].right = 3 },
		"no such set":   func(e *Ensemble) { e.trees[0].nodes[0].set = 0 },
		"bad set":       func(e *Ensemble) { e.trees[0].nodes[0].set = -2 },
		"no column":     func(e *Ensemble) { e.trees[0].nodes[0].column = 1 },
		"value":         func(e *Ensemble) { e.trees[0].nodes[1].value = nan },
		"no nodes":      func(e *Ensemble) { e.trees[0].nodes = nil },
		"link":          func(e *Ensemble) { e.link = 3 },
		"start":         func(e *Ensemble) { e.start = float64(inf) },
		"gain":          func(e *Ensemble) { e.trees[0].nodes[0].gain = -1 },
		"cuts":          func(e *Ensemble) { e.bins.columns[0].cuts = []float32{2, 1} },
		"nan cut":       func(e *Ensemble) { e.bins.columns[0].cuts = []float32{nan} },
		"many cuts":     func(e *Ensemble) { e.bins.columns[0].cuts = rising(maxCuts + 1) },
	} {
		e := good()
		spoil(e)
		if _, err := Load(bytes.NewReader(sealed(e.body())), "test"); daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("%s: %v, want code invalid", name, err)
		}
	}
}

func rising(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i)
	}
	return out
}

func TestLoadAllocatesByWhatIsThere(t *testing.T) {
	e, _ := someEnsemble(500)
	file := saved(t, e)
	binary.LittleEndian.PutUint64(file[len(magic)+3+4:], 1<<62)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Load(bytes.NewReader(file), "test"); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("%v, want code invalid", err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > uint64(10*len(file))+1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", got, len(file))
	}
}

// FuzzLoad fuzzes the body under a right checksum: what loads must predict,
// and be saved as it was.
func FuzzLoad(f *testing.F) {
	e, x := someEnsemble(20)
	f.Add(e.body())
	f.Add(NewEnsemble(&Bins{}, 1, Identity).body())
	f.Add([]byte{})
	one := feature.NewFrame(x.Columns, 3)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := Load(bytes.NewReader(sealed(body)), "test")
		if err != nil {
			if daycast.CodeOf(err) != daycast.Invalid {
				t.Fatalf("%v, want code invalid", err)
			}
			return
		}
		out := make([]float32, one.Rows)
		e.Predict(one, out)
		for _, v := range out {
			if !finite(v) {
				t.Fatalf("prediction %g", v)
			}
		}
		if !bytes.Equal(e.body(), body) {
			t.Fatal("saved again, the bytes differ")
		}
	})
}
