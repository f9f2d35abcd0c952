package warehouse_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"daycast"
	"daycast/warehouse"
	"daycast/warehouse/warehousetest"
)

// writerFile names the warehouse to a test binary that plays the writer.
const writerFile = "DAYCAST_TEST_WRITER_FILE"

// The writer replaces the facts by writerRows others, saying where it is each
// writerStep rows and once more before the transaction.
const writerRows, writerStep = 300_000, 100_000

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		if err := write(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// write goes on with each step once it is told to, by a byte on stdin.
func write(path string) error {
	w, err := warehouse.OpenDuckDB(context.Background(), path, warehouse.Options{})
	if err != nil {
		return err
	}
	_, err = w.Facts().Replace(context.Background(), "new", func(yield func(daycast.Fact, error) bool) {
		for i := range writerRows + 1 {
			if i%writerStep == 0 {
				fmt.Println(i)
				if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
					yield(daycast.Fact{}, err)
					return
				}
			}
			if i == writerRows || !yield(daycast.Fact{Series: daycast.Series{Item: "new"}, Day: daycast.Day(i)}, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	fmt.Println("replaced")
	_, err = os.Stdin.Read(make([]byte, 1))
	return err
}

// Whenever the writer is killed, the table holds all of the old rows or all
// of the new ones.
func TestKill(t *testing.T) {
	steps := writerRows/writerStep + 1
	for _, c := range []struct {
		name    string
		steps   int  // the writer is killed when it has been let go on so often
		wait    bool // for its next sign
		old, it bool // old content possible; new content possible
	}{
		{"before the first row", 0, true, true, false},
		{"between rows", 2, true, true, false},
		{"before the transaction", steps - 1, true, true, false},
		{"in the transaction", steps, false, true, true},
		{"after the transaction", steps, true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "w.duckdb")
			w := open(t, path)
			warehousetest.Fill(t, w, "old")
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			killWriter(t, path, c.steps, c.wait)
			w = open(t, path)
			defer func() { _ = w.Close() }()
			facts := warehousetest.Collect(t, w.Facts().Read(t.Context(), warehousetest.Forever))
			isOld, isNew := len(facts) == len(warehousetest.Facts()), len(facts) == writerRows
			if !(isOld && c.old || isNew && c.it) {
				t.Fatalf("%d facts, old content %v, new content %v", len(facts), isOld, isNew)
			}
		})
	}
}

func killWriter(t *testing.T, path string, steps int, wait bool) {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), writerFile+"="+path)
	writer.Stderr = os.Stderr
	in, err := writer.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	signs := bufio.NewReader(out)
	for range steps {
		sign(t, signs)
		if _, err := in.Write([]byte{0}); err != nil {
			t.Error(err)
		}
	}
	if wait {
		sign(t, signs)
		_, err := warehouse.OpenDuckDB(t.Context(), path, warehouse.Options{})
		wantCode(t, err, daycast.Conflict)
	}
	if err := writer.Process.Kill(); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, signs)
	_ = writer.Wait() // it says "killed"
}

func sign(t *testing.T, signs *bufio.Reader) {
	t.Helper()
	if _, err := signs.ReadString('\n'); err != nil {
		t.Fatalf("the writer ended early: %v", err)
	}
}
