package source

import "testing"

func TestTypeKind(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "INT8": "number", "NUMERIC": "number", "decimal(10,2)": "number", "VARCHAR(20)": "text", "BPCHAR": "text",
		"TIMESTAMP": "time", "TIMESTAMPTZ": "time with zone", "DATE": "day", "bool": "bool", "UUID": "uuid", "DOUBLE PRECISION": "number",
	} {
		if got := typeKind(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
